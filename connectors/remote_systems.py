"""The file systems an inbox may lie on, through fsspec: SFTP by paramiko, S3 and what speaks it by Arrow.

Belongs here: opening one with what the environment says, and the words for what goes wrong with it. Does not: which files are
fetched (`connectors.remote`). The libraries are imported when an inbox lies there, never otherwise.

Accounts and keys come from the environment alone, and no message of a library is passed on: it may hold names of files.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20
"""How long a server may stay silent."""

SCHEMES = ("sftp", "s3")


@dataclass(frozen=True)
class Address:
    """An address, taken apart.

    Attributes:
        scheme: sftp or s3.
        host: name of the server, or of the bucket.
        port: None for the usual one.
        user: None for the account of the run.
        path: of SFTP from the root of the server; of S3 the prefix, without a `/` in front.
    """

    scheme: str
    host: str
    port: int | None
    user: str | None
    path: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Take an address apart.

        Raises:
            ValueError: it is none, of another scheme, or holds a password. The message repeats nothing of it.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError("地址写错 · no address; e.g. sftp://user@host/folder, s3://bucket/prefix") from None
        if parts.scheme not in SCHEMES:
            raise ValueError(f"只支持 · allowed: {', '.join(f'{s}://' for s in SCHEMES)}，或本机文件夹 or a folder")
        if parts.password is not None:
            raise ValueError(
                "地址中不得写口令，请设 ONENET_SFTP_PASSWORD 或用密钥 · no password in the address; set ONENET_SFTP_PASSWORD or use a key"
            )
        if not parts.hostname:
            raise ValueError("缺少主机或存储桶 · host or bucket is missing")
        if parts.query or parts.fragment:
            raise ValueError("地址中不得有 ? 或 # · neither ? nor # belongs into the address")
        path = unquote(parts.path).rstrip("/")
        if parts.scheme == "s3":
            return cls("s3", parts.netloc, None, None, path.lstrip("/"))
        return cls("sftp", parts.hostname, port, parts.username, path or "/")

    @property
    def shown(self) -> str:
        """The address without account and port."""
        return f"{self.scheme}://{self.host}/{self.path.lstrip('/')}"

    @property
    def root(self) -> str:
        """Where the inbox lies on its system."""
        return f"{self.host}/{self.path}".rstrip("/") if self.scheme == "s3" else self.path


def missing_library(address: Address) -> str | None:
    """Name of the library this address needs and that is not installed; None where all is there."""
    from importlib.util import find_spec

    wanted = ("fsspec", "paramiko") if address.scheme == "sftp" else ("fsspec",)
    return next((name for name in wanted if find_spec(name) is None), None)


def open_system(address: Address) -> Any:
    """The fsspec file system of an address. Raises what its library raises; see `trouble`."""
    return _s3() if address.scheme == "s3" else _sftp(address)


def close_system(system: Any) -> None:
    """End the connection, where there is one."""
    client = getattr(system, "client", None)
    if client is not None:
        client.close()


def _s3() -> Any:
    """S3 by Arrow, which is here anyway: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL."""
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    said: Mapping[str, str] = os.environ
    endpoint = said.get("AWS_ENDPOINT_URL_S3") or said.get("AWS_ENDPOINT_URL")
    more: dict[str, Any] = {"force_virtual_addressing": True} if said.get("ONENET_S3_VIRTUAL_HOST") else {}
    if endpoint:
        more["scheme"], _, more["endpoint_override"] = endpoint.rstrip("/").rpartition("://")
        more["scheme"] = more["scheme"] or "https"
    region = said.get("AWS_REGION") or said.get("AWS_DEFAULT_REGION") or ("us-east-1" if endpoint else None)
    system = S3FileSystem(
        region=region,
        connect_timeout=TIMEOUT_SECONDS,
        request_timeout=3 * TIMEOUT_SECONDS,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=3),
        **more,
    )
    return ArrowFSWrapper(system, skip_instance_cache=True)


def _sftp(address: Address) -> Any:
    """SFTP by paramiko. The server must be known: its key stands in known_hosts, else nothing is sent to it.

    ONENET_SFTP_PASSWORD, or ONENET_SFTP_KEY (a key file; ONENET_SFTP_PASSPHRASE), or the keys of the account and its agent;
    ONENET_SFTP_KNOWN_HOSTS in place of `~/.ssh/known_hosts`.
    """
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

    class KnownServer(SFTPFileSystem):
        """Looks the server up among the known ones, and tells pipes and devices from files."""

        cachable = False

        def _connect(self) -> None:
            self.client = paramiko.SSHClient()
            self.client.load_system_host_keys(os.environ.get("ONENET_SFTP_KNOWN_HOSTS"))
            self.client.set_missing_host_key_policy(self.host_key_policy)
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(TIMEOUT_SECONDS)

        @staticmethod
        def _decode_stat(status: Any, parent_path: str | None = None) -> dict[str, Any]:
            told = SFTPFileSystem._decode_stat(status, parent_path)
            if told["type"] == "file" and not stat.S_ISREG(status.st_mode):
                told["type"] = "other"
            return told

    password, key = os.environ.get("ONENET_SFTP_PASSWORD"), os.environ.get("ONENET_SFTP_KEY")
    return KnownServer(
        address.host,
        host_key_policy="reject",
        port=address.port or 22,
        username=address.user,
        password=password,
        key_filename=key,
        passphrase=os.environ.get("ONENET_SFTP_PASSPHRASE"),
        allow_agent=not (password or key),
        look_for_keys=not (password or key),
        timeout=TIMEOUT_SECONDS,
        banner_timeout=TIMEOUT_SECONDS,
        auth_timeout=TIMEOUT_SECONDS,
    )


def trouble(error: Exception) -> str:
    """Why a system can't be read, in words, without anything it said itself."""
    for names, words in _WORDS:
        if any(c.__name__ in names for c in type(error).__mro__):
            return words
    if type(error).__name__ == "SSHException" and "not found in known_hosts" in str(error):
        return "不认识该服务器：其主机密钥不在known_hosts中，请核对后加入"
    if code := re.search(r"AWS Error (\w+)", str(error)):
        return _AWS_WORDS.get(code[1], f"对象存储拒绝：{code[1]}")
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}"
    return type(error).__name__


_WORDS = (
    (("BadHostKeyException",), "服务器的主机密钥与known_hosts中的不同，可能有人冒充，未发送任何内容，请核对"),
    (("AuthenticationException",), "账号、口令或密钥不被接受，请核对"),
    (("gaierror",), "主机名无法解析，请核对地址和DNS"),
    (("NoValidConnectionsError", "ConnectionRefusedError"), "连接被拒绝，请核对端口、防火墙，以及服务是否运行"),
    (("TimeoutError",), "连接超时，请核对网络和防火墙"),
    (("FileNotFoundError",), "没有这个文件夹，请核对地址中的路径"),
    (("PermissionError",), "账号没有读取权限，请授予"),
    (("UnicodeDecodeError",), "服务器上的文件名不是UTF-8编码，请在服务器上改设"),
    (("EOFError",), "连接中断"),
)
"""Names of error classes → words; they are looked for in this order."""

_AWS_WORDS = {
    "ACCESS_DENIED": "账号没有读取权限，请授予列举和读取",
    "INVALID_ACCESS_KEY_ID": "AWS_ACCESS_KEY_ID不被接受，请核对",
    "SIGNATURE_DOES_NOT_MATCH": "AWS_SECRET_ACCESS_KEY不被接受，请核对",
    "NO_SUCH_BUCKET": "没有这个存储桶，请核对地址",
    "NETWORK_CONNECTION": "连接不上对象存储，请核对AWS_ENDPOINT_URL、网络和防火墙",
}


def is_of_the_connection(error: Exception) -> bool:
    """Whether an error tells of the connection as a whole, not of one file or folder."""
    return (
        isinstance(error, EOFError | TimeoutError | ConnectionError)
        or type(error).__name__ == "SSHException"
        or any(sign in str(error) for sign in ("Socket is closed", "NETWORK_CONNECTION"))
    )
