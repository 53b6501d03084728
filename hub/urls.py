"""All addresses of the hub; the business's are named as strings, so that nothing is imported upwards."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.permissions import AllowAny, IsAdminUser

from hub import accounts, erp_events, health, problems
from hub.events import receive_event

schema_access = [AllowAny if settings.DEBUG else IsAdminUser]

urlpatterns = [
    path("", include("orders.urls")),
    re_path(r"^norce/events/(?P<event_type>[^/]+)/?$", receive_event, name="receive_event"),
    re_path(r"^erp/(?P<connection>[\w-]+)/events/?$", erp_events.receive, name="receive_erp_event"),
    re_path(r"^health/live/?$", health.live),
    re_path(r"^health/ready/?$", health.ready),
    re_path(r"^api/problems/(?P<name>[a-z-]+)/?$", problems.explain),
    re_path(r"^api/schema/?$", SpectacularAPIView.as_view(permission_classes=schema_access), name="schema"),
    re_path(r"^api/docs/?$", SpectacularSwaggerView.as_view(permission_classes=schema_access, url_name="schema")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/login/", accounts.door),
    path("admin/", admin.site.urls),
    re_path(r"^account/email/", accounts.no_own_addresses),
    path("account/", include("allauth.urls")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
