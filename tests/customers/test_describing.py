"""Customers and companies by their numbers, never by name, many at once."""

from __future__ import annotations

from typing import Any

import pytest

from customers.models import CompanyBinding, CustomerBinding
from hub import registry

pytestmark = pytest.mark.django_db


def test_customers_and_companies_are_named_by_their_numbers() -> None:
    CustomerBinding.objects.create(erp_connection="default", erp_code="C1", norce_id=50001, email="maja@example.com")
    CustomerBinding.objects.create(erp_connection="second", erp_code="C1", norce_id=50002)
    CompanyBinding.objects.create(erp_connection="default", erp_code="B1")
    subjects = ["customer:default:C1", "company:default:B1", "customer:default:C2"]
    assert registry.describe(subjects) == {
        "customer:default:C1": "ERP customer C1, Norce customer 50001",
        "company:default:B1": "ERP company B1",
    }


def test_who_has_changed_in_norce_is_named_with_the_erps_code_where_it_is_known() -> None:
    CustomerBinding.objects.create(erp_connection="default", erp_code="C1", norce_id=50001)
    assert registry.describe(["norce_customer:50001", "norce_customer:50002", "norce_company:1"]) == {
        "norce_customer:50001": "ERP customer C1, Norce customer 50001",
        "norce_customer:50002": "Norce customer 50002",
        "norce_company:1": "Norce company 1",
    }


def test_many_customers_cost_one_statement(django_assert_num_queries: Any) -> None:
    for number in range(50):
        CustomerBinding.objects.create(erp_connection="default", erp_code=f"C{number}")
    with django_assert_num_queries(1):
        assert len(registry.describe(f"customer:default:C{number}" for number in range(50))) == 50


def test_what_nobody_can_name_is_left_out() -> None:
    assert registry.describe(["mail:x", "", "customer"]) == {}
