"""A client that looks into a local S3 server."""

from typing import Any

import boto3

SECRET = "wJalrXUtnFEMI-not-to-be-seen"


class Store:
    """An S3 server with a bucket, and a client to look into it."""

    def __init__(self, url: str) -> None:
        self.url = url
        keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": SECRET}
        self.client: Any = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
        self.client.create_bucket(Bucket="site")

    def empty(self) -> None:
        """Leave nothing in its buckets."""
        for bucket in self.client.list_buckets()["Buckets"]:
            for key in self.names(bucket["Name"]):
                self.client.delete_object(Bucket=bucket["Name"], Key=key)

    def names(self, bucket: str = "site", prefix: str = "") -> list[str]:
        found = self.client.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return [each["Key"] for each in found.get("Contents", ())]

    def headers(self, key: str, bucket: str = "site") -> tuple[str, str | None]:
        found = self.client.head_object(Bucket=bucket, Key=key)
        return found["ContentType"], found.get("CacheControl")

    def body(self, key: str, bucket: str = "site") -> bytes:
        content: bytes = self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content
