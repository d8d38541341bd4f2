"""What real sockets get: one program in the host's namespace connects a socket for each question."""
import json

# The local address that the socket got, or the error's name. TCP does not wait for an answer: the address is there when the first
# segment is sent. A refusal by this host itself comes at once, and says as much as an answer.
CONNECT = """
import errno, json, socket, sys

def address(text):
    return socket.getaddrinfo(text, 9, flags=socket.AI_NUMERICHOST)[0][4]

def connect(question):
    destination = question["destination"]
    family = socket.AF_INET6 if ":" in destination else socket.AF_INET
    kind = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}[question["protocol"]]
    with socket.socket(family, kind) as sock:
        sock.setblocking(False)
        if kind == socket.SOCK_DGRAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if "interface" in question:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, question["interface"].encode())
        if "mark" in question:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, int(question["mark"], 0))
        if "source" in question:
            sock.bind((address(question["source"])[0], 0, *address(question["source"])[2:]))
        try:
            sock.connect(address(destination))
        except BlockingIOError:
            pass
        return sock.getsockname()[0]

def answer(question):
    try:
        return connect(question)
    except OSError as error:
        return errno.errorcode[error.errno]

json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
"""


def connect(host, questions):
    """For each question its local address, or the error's name."""
    return json.loads(host.namespace.run(["python3", "-c", CONNECT], stdin=json.dumps(questions)))


def predicted(question, answer):
    """What the socket may get: one of several where flows are spread."""
    ways = answer["connected"] or ([answer] if answer["source"] or not answer["choices"] else answer["choices"])
    return {way["error"]["native"] if "error" in way else local(question, answer, way["source"]) for way in ways}


def local(question, answer, source):
    """What getsockname(2) says. TCP is not for broadcasts (net/ipv4/tcp_ipv4.c, tcp_v4_connect)."""
    if question["protocol"] == "tcp" and answer["route"] and answer["route"]["type"] == "broadcast":
        return "ENETUNREACH"
    if source is None:
        return "::" if ":" in question["destination"] else "0.0.0.0"
    return source.partition("%")[0]


def surprises(host, questions):
    """What came out otherwise than /v1/select said, one line each; and what the sockets got. What it does not know is no surprise, but
    most must be known."""
    wrong, unknown, got = [], [], connect(host, questions)
    for question, address in zip(questions, got, strict=True):
        answer = host.api.get("/v1/select", **question, uid=0)
        if "indeterminate" in answer or any("indeterminate" in way for way in answer["connected"]):
            unknown.append(f"{question}: {answer}")
        elif address.removeprefix("::ffff:") not in predicted(question, answer):
            wrong.append(f"{question}: the socket got {address}, we said {sorted(predicted(question, answer))}; agrees: {answer['agrees']}")
        elif answer["agrees"] is not True:
            wrong.append(f"{question}: {answer['difference']} differs: {answer['kernel']}")
    return wrong + (unknown if len(unknown) > len(questions) // 5 else []), got
