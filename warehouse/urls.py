"""Addresses of the marts."""

from django.urls import URLPattern, URLResolver, path

from warehouse import api, catalogue

urlpatterns: list[URLPattern | URLResolver] = []

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("marts/", api.MartList.as_view(), name="api_marts"),
    *(
        path(f"marts/{mart.name}/", api.build_rows_view(mart).as_view(), name=f"api_mart_{mart.name}")
        for mart in catalogue.MARTS
    ),
    *(
        path(
            f"marts/{mart.name}/export/",
            api.build_export_view(mart).as_view(),
            name=f"api_mart_export_{mart.name}",
        )
        for mart in catalogue.MARTS
    ),
    path("builds/", api.BuildList.as_view(), name="api_builds"),
]
