"""Addresses of what is fetched: adding lectures, courses, and both of them in the API."""

from django.urls import URLPattern, URLResolver, path

from ingestion.views import adding, courses

urlpatterns: list[URLPattern | URLResolver] = [
    path("add/", adding.add_folder, name="add_folder"),
    path("add/<int:request_id>/", adding.show_added, name="added_folder"),
    path("add/<int:request_id>/again/", adding.try_again, name="add_folder_again"),
    path("courses/join/", courses.join_course, name="join"),
    path("courses/<int:course_id>/", courses.show_course, name="course"),
    path("courses/<int:course_id>/access/", courses.set_access, name="course_access"),
    path("courses/<int:course_id>/code/", courses.renew_code, name="course_code"),
    path("courses/<int:course_id>/leave/", courses.leave_course, name="course_leave"),
    path("courses/<int:course_id>/members/", courses.add_member, name="course_members"),
    path(
        "courses/<int:course_id>/members/<int:user_id>/remove/",
        courses.remove_member,
        name="course_member_remove",
    ),
]

api_urlpatterns: list[URLPattern | URLResolver] = []
