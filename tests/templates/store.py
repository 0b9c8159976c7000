"""A client that looks into a local S3 server."""

from typing import Any

import boto3

SECRET = "wJalrXUtnFEMI-not-to-be-seen"


class Store:
    """An S3 server with one bucket, and a client to look into it."""

    def __init__(self, url: str) -> None:
        self.url = url
        keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": SECRET}
        self.client: Any = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
        self.client.create_bucket(Bucket="site")

    def empty(self) -> None:
        for key in self.names():
            self.client.delete_object(Bucket="site", Key=key)

    def names(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket="site").get("Contents", ())]

    def headers(self, key: str) -> tuple[str, str | None]:
        found = self.client.head_object(Bucket="site", Key=key)
        return found["ContentType"], found.get("CacheControl")

    def body(self, key: str) -> bytes:
        content: bytes = self.client.get_object(Bucket="site", Key=key)["Body"].read()
        return content
