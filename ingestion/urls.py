"""Addresses of what is fetched: adding lectures, courses, and both of them in the API."""

from django.urls import URLPattern, URLResolver, path

from ingestion import api, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("add/", views.adding.add_folder, name="add_folder"),
    path("add/link/", views.following.add_link, name="add_link"),
    path("add/<int:request_id>/", views.adding.show_added, name="added_folder"),
    path("add/<int:request_id>/again/", views.adding.try_again, name="add_folder_again"),
    path("courses/join/", views.courses.join_course, name="join"),
    path("courses/<int:course_id>/", views.courses.show_course, name="course"),
    path("courses/<int:course_id>/access/", views.courses.set_access, name="course_access"),
    path("courses/<int:course_id>/code/", views.courses.renew_code, name="course_code"),
    path("courses/<int:course_id>/leave/", views.courses.leave_course, name="course_leave"),
    path("courses/<int:course_id>/members/", views.courses.add_member, name="course_members"),
    path(
        "courses/<int:course_id>/members/<int:user_id>/remove/",
        views.courses.remove_member,
        name="course_member_remove",
    ),
    path("following/<int:subscription_id>/", views.following.change, name="subscription_change"),
    path("following/<int:subscription_id>/pause/", views.following.pause, name="subscription_pause"),
    path("following/<int:subscription_id>/resume/", views.following.resume, name="subscription_resume"),
    path("following/<int:subscription_id>/pull/", views.following.pull_now, name="subscription_pull"),
    path("following/<int:subscription_id>/unfollow/", views.following.unfollow, name="subscription_unfollow"),
    path("audio/<int:fetch_id>/again/", views.following.fetch_again, name="audio_again"),
]

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("courses/", api.courses.CourseList.as_view(), name="api_courses"),
    path("courses/join/", api.courses.JoinCourse.as_view(), name="api_join"),
    path("courses/<int:course_id>/", api.courses.CourseDetail.as_view(), name="api_course"),
    path("courses/<int:course_id>/members/", api.courses.MemberList.as_view(), name="api_members"),
    path("courses/<int:course_id>/members/<int:user_id>/", api.courses.MemberDetail.as_view(), name="api_member"),
    path("events/objects", api.events.ObjectEvents.as_view(), name="api_object_events"),
    path("subscriptions/", api.subscriptions.SubscriptionList.as_view(), name="api_subscriptions"),
    path("subscriptions/preview/", api.subscriptions.PreviewSubscription.as_view(), name="api_preview"),
    path(
        "subscriptions/<int:subscription_id>/",
        api.subscriptions.SubscriptionDetail.as_view(),
        name="api_subscription",
    ),
    path(
        "subscriptions/<int:subscription_id>/pull/",
        api.subscriptions.PullSubscription.as_view(),
        name="api_subscription_pull",
    ),
    path("videos/", api.videos.VideoList.as_view(), name="api_videos"),
    path("videos/<str:video_id>/", api.videos.VideoDetail.as_view(), name="api_video"),
    path("runs/", api.runs.RunList.as_view(), name="api_runs"),
    path("runs/<int:run_id>/", api.runs.RunDetail.as_view(), name="api_run"),
    path("runs/requests/<int:request_id>/", api.runs.RunRequest.as_view(), name="api_run_request"),
]
