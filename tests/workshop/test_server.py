"""The server as a process: what it prints, when it is killed, and when it cannot serve."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

from given import run

from salespath.workshop.server import addresses


def test_what_is_printed(server) -> None:
    assert server.said == f"Those who take part: {server.address}/join\n"
    assert server.address.startswith("http://127.0.0.1:")
    assert "key=" not in server.said  # the facilitator's address stands on stderr alone
    assert server.stop() == 130


def test_on_a_network_the_address_holds_a_token_and_is_a_qr_code(tmp_path) -> None:
    command = [
        sys.executable,
        "-m",
        "salespath",
        "workshop",
        "--store",
        str(tmp_path / "s"),
        "--port",
        "0",
        "--host",
        "0.0.0.0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert process.stdout
        own = process.stderr.readline()
        process.kill()
        said = process.stdout.read()
    assert "/join?t=" in said
    assert "█" in said
    assert "?key=" in own
    assert own.split("?key=")[1].strip() not in said


def test_a_port_that_is_taken(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("workshop", "--store", str(tmp_path / "s"), "--port", str(port))
    assert result.returncode == 1
    assert f"error SP227: port {port} is taken; give another one, or --port 0" in result.stderr.decode()
    assert b"Traceback" not in result.stderr


def test_an_address_of_another_machine(tmp_path) -> None:
    result = run("workshop", "--store", str(tmp_path / "s"), "--port", "0", "--host", "192.0.2.77")
    assert result.returncode == 1
    assert "error SP228: 192.0.2.77 is no address of this machine" in result.stderr.decode()


def test_a_store_that_is_served_already(server, tmp_path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "salespath", "workshop", "--store", str(tmp_path / "store.sqlite"), "--port", "0"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "error SP229" in result.stderr


def test_addresses() -> None:
    found, own = addresses("::1", 80)
    assert (found.join, found.names, own) == ("http://[::1]:80", None, "http://[::1]:80")
    found, own = addresses("192.168.1.5", 80)
    assert found.join == own == "http://192.168.1.5:80"
    assert found.names
    assert addresses("0.0.0.0", 80)[1] == "http://127.0.0.1:80"


def test_what_was_acknowledged_before_a_kill_is_there(server) -> None:
    code = server.browser(host=True).create()
    people = [server.browser() for _ in range(4)]
    for number, each in enumerate(people):
        each.join(code, f"Person {number}")
    acknowledged: dict[int, list[str]] = {number: [] for number in range(4)}
    begun = threading.Event()

    def work(number: int) -> None:
        try:
            while found := people[number].page.partition('name="question" value="')[2].partition('"')[0]:
                people[number].submit(f"/me/{code}", question=found, action="skip")
                if people[number].status != 200:
                    return
                acknowledged[number].append(found)
                if len(acknowledged[number]) > 3:
                    begun.set()
        except OSError:
            pass
        except Exception as error:  # what the client says of a server that is gone
            if "connect" not in str(error).lower():
                raise

    threads = [threading.Thread(target=work, args=(number,)) for number in acknowledged]
    for thread in threads:
        thread.start()
    assert begun.wait(60)
    server.kill()
    for thread in threads:
        thread.join()
    server.start()
    host = server.browser(host=True)
    exported = host.get(f"/host/{code}/export").json()["events"]
    for number, names in acknowledged.items():
        kept = next(events for name, events in exported.items() if name.endswith(f"Person {number}"))
        assert {event["question"] for event in kept if event["kind"] == "skip"} >= set(names)
        assert people[number].get(f"/me/{code}").status_code == 200
