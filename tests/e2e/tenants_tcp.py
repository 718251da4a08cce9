# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP conversations of a tenant's VMs: each flow takes a Talk and yields Steps."""

import struct

from tenants_talk import CLIENT, RETRANSMISSION_US, SERVER, Connection

SEGMENT = 150  # bytes of an HTTP response in one segment
HTTP_PORTS = (49152, 80)
FTP_PORTS, RPC_PORTS, DCERPC_PORTS = (49160, 21), (49170, 111), (49180, 50135)
PASSIVE_PORTS, ACTIVE_PORTS = (49161, 1025), (49162, 20)
XID = 0x1234ABCD


def http_request(talk):
    """A GET of a page whose name differs between tenants."""
    return f"GET /{talk.text(12)} HTTP/1.1\r\nHost: {talk.address(SERVER)}\r\n\r\n".encode()


def http_response(talk, length=400):
    """A response of several segments."""
    return ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {length}\r\n\r\n{talk.text(length)}").encode()


def http_response_segments(talk, connection):
    """The steps that send a response, without the acknowledgement."""
    *segments, _ = connection.send(SERVER, http_response(talk), SEGMENT)
    return segments


def http_exchange(talk, connection):
    """A request and its response."""
    yield from connection.send(CLIENT, http_request(talk))
    yield from connection.send(SERVER, http_response(talk), SEGMENT)


def http_connection(talk, requests=1, version=4):
    """A connection with a number of requests."""
    connection = Connection(talk, HTTP_PORTS, version)
    yield from connection.open()
    for _ in range(requests):
        yield from http_exchange(talk, connection)
    yield from connection.close()


def http(talk):
    """A connection with two requests."""
    yield from http_connection(talk, 2)


def http_ipv6(talk):
    """An HTTP connection over IPv6."""
    yield from http_connection(talk, version=6)


def http_out_of_order(talk):
    """A response whose second segment arrives last."""
    connection = Connection(talk, HTTP_PORTS)
    yield from connection.open()
    yield from connection.send(CLIENT, http_request(talk))
    first, second, *rest = http_response_segments(talk, connection)
    yield from (first, *rest, second)
    yield connection.acknowledge(CLIENT)
    yield from connection.close()


def http_retransmission(talk):
    """A request and a segment of the response are sent twice."""
    connection = Connection(talk, HTTP_PORTS)
    yield from connection.open()
    [request, acknowledgement] = connection.send(CLIENT, http_request(talk))
    yield from (request, request._replace(pause_us=RETRANSMISSION_US), acknowledgement)
    first, *rest = http_response_segments(talk, connection)
    yield from (first, *rest, first._replace(pause_us=RETRANSMISSION_US))
    yield connection.acknowledge(CLIENT)
    yield from connection.close()


def http_port_reuse(talk):
    """In the first tenant, two connections in sequence from the same port."""
    yield from http_connection(talk)
    if talk.first:
        yield from http_connection(talk)


def http_reset(talk):
    """A refused connection, and the next attempt from the same port."""
    connection = Connection(talk, HTTP_PORTS)
    yield connection.segment(CLIENT, "S")
    yield connection.segment(SERVER, "RA")
    yield from http_connection(talk)


def keep_alive(talk):
    """A connection that is idle for a while."""
    connection = Connection(talk, HTTP_PORTS)
    yield from connection.open()
    yield from http_exchange(talk, connection)
    for _ in range(2):
        yield connection.segment(CLIENT, "A", b"\0", seq=connection.following[CLIENT] - 1,
                                 pause_us=RETRANSMISSION_US)
        yield connection.acknowledge(SERVER)
    yield from connection.close()


def zero_window(talk):
    """A receiver without buffer space for a while."""
    connection = Connection(talk, HTTP_PORTS)
    response = http_response(talk)
    first, rest = response[:SEGMENT], response[SEGMENT:]
    yield from connection.open()
    yield from connection.send(CLIENT, http_request(talk))
    yield connection.segment(SERVER, "PA", first)
    yield connection.acknowledge(CLIENT, window=0)
    yield connection.segment(SERVER, "A", rest[:1], seq=connection.following[SERVER],
                             pause_us=RETRANSMISSION_US)
    yield connection.acknowledge(CLIENT, window=0)
    yield connection.acknowledge(CLIENT)
    yield from connection.send(SERVER, rest, SEGMENT)
    yield from connection.close()


def rpc_record(*words):
    """A message of ONC RPC over TCP."""
    message = struct.pack(f"!{len(words)}I", *words)
    return struct.pack("!I", 0x80000000 | len(message)) + message


def rpc_steps(send, talk):
    """Two calls of the port mapper. The transaction IDs are the same in every tenant."""
    for xid in (XID, XID + 1):
        yield from send(CLIENT, (xid, 0, 2, 100000, 2, 3, 0, 0, 0, 0, 100005, 3, 6, 0))
        yield from send(SERVER, (xid, 1, 0, 0, 0, 0, 600 + talk.number(8)))


def rpc(talk):
    """Calls and replies over TCP."""
    connection = Connection(talk, RPC_PORTS)
    yield from connection.open()
    yield from rpc_steps(lambda sender, words: connection.send(sender, rpc_record(*words)), talk)
    yield from connection.close()


def dcerpc_pdu(kind, body, flags=3):
    """A DCE/RPC message. The call ID is the same in every tenant."""
    return struct.pack("<BBBBIHHI", 5, 0, kind, flags, 0x10, 16 + len(body), 0, 1) + body


def dcerpc(talk):
    """A bind, and a call with its response in two fragments."""
    uuid = bytes(range(16))
    context = struct.pack("<HH", 4280, 4280) + bytes(4)
    bind = dcerpc_pdu(11, context + b"\1\0\0\0\0\0\1\0" + uuid + b"\1\0\0\0" + uuid + b"\2\0\0\0")
    bound = dcerpc_pdu(12, context + b"\0\0\0\0\1\0\0\0\0\0\0\0" + uuid + b"\2\0\0\0")
    stubs = [struct.pack("<IHH", 40, 0, 2) + talk.text(40).encode() for _ in range(3)]
    connection = Connection(talk, DCERPC_PORTS)
    yield from connection.open()
    yield from connection.send(CLIENT, bind)
    yield from connection.send(SERVER, bound)
    yield from connection.send(CLIENT, dcerpc_pdu(0, stubs[0]))
    yield from connection.send(SERVER, dcerpc_pdu(2, stubs[1], flags=1))
    yield from connection.send(SERVER, dcerpc_pdu(2, stubs[2], flags=2))
    yield from connection.close()


def ftp_line(connection, sender, text):
    """A command or a reply."""
    return connection.send(sender, f"{text}\r\n".encode())


def ftp_endpoint(talk, sender, port):
    """An address and a port in the format of PORT and PASV."""
    return ",".join((*talk.address(sender).split("."), str(port >> 8), str(port & 0xFF)))


def ftp_data(talk, opener, ports):
    """A data connection that `opener` opens. SERVER sends the data."""
    data = Connection(talk, ports)
    yield from data.open(opener)
    yield from data.send(SERVER, talk.text(200).encode(), 120)
    yield from data.close()


def ftp(talk, control=True):
    """A passive and an active transfer. Without `control`, only their data connections."""
    connection = Connection(talk, FTP_PORTS)
    passive = ftp_endpoint(talk, SERVER, PASSIVE_PORTS[talk.side(SERVER)])
    active = ftp_endpoint(talk, CLIENT, ACTIVE_PORTS[talk.side(CLIENT)])
    if control:
        yield from connection.open()
        yield from ftp_line(connection, SERVER, "220 ready")
        yield from ftp_line(connection, CLIENT, "PASV")
        yield from ftp_line(connection, SERVER, f"227 Entering Passive Mode ({passive}).")
        yield from ftp_line(connection, CLIENT, f"RETR {talk.text(8)}")
    yield from ftp_data(talk, CLIENT, PASSIVE_PORTS)
    if control:
        yield from ftp_line(connection, CLIENT, f"PORT {active}")
        yield from ftp_line(connection, SERVER, "200 PORT command successful")
        yield from ftp_line(connection, CLIENT, f"RETR {talk.text(8)}")
    yield from ftp_data(talk, SERVER, ACTIVE_PORTS)


def ftp_in_one(talk):
    """FTP in the first tenant. Other tenants use the ports of its data for other traffic."""
    yield from ftp(talk, control=talk.first)


FLOWS = {flow.__name__: flow for flow in (
    http, http_ipv6, http_out_of_order, http_retransmission, http_port_reuse, http_reset,
    keep_alive, zero_window, rpc, dcerpc, ftp, ftp_in_one)}
