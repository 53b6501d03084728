"""What a person may do: of themselves and by their groups, in one look."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    """Somebody with a right of her own and one by a group, who may do one thing by both."""
    own, both, by_group = Permission.objects.filter(codename__in=["view_order", "view_invoice", "view_alert"])
    user = User.objects.create_user("anna")
    user.user_permissions.set([own, both])
    group = Group.objects.create(name="Some")
    group.permissions.set([both, by_group])
    user.groups.add(group)
    return User.objects.get()


def test_rights_of_ones_own_and_of_ones_groups_are_read_at_once(anna: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert anna.get_all_permissions() == {"orders.view_order", "orders.view_invoice", "hub.view_alert"}
        assert anna.has_perm("hub.view_alert") and not anna.has_perm("hub.retry")
    assert len(queries) == 1


def test_nobody_has_rights_who_may_not_sign_in(anna: User) -> None:
    anna.is_active = False
    assert anna.get_all_permissions() == set() and not anna.has_perm("orders.view_order")
