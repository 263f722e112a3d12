"""An S3-compatible object store as a server of its own on loopback, empty at first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "window-clerk-test"


@contextmanager
def running_object_store() -> Iterator[dict[str, str]]:
    """A server with one bucket; yields the environment in which a hub finds it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        environment = {
            "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "example",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "none",
            "AWS_SHARED_CREDENTIALS_FILE": "none",
        }
        client = boto3.client(
            "s3",
            endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
            aws_access_key_id="example",
            aws_secret_access_key="example",
            region_name="us-east-1",
        )
        client.create_bucket(Bucket=BUCKET)
        yield environment
    finally:
        server.stop()
