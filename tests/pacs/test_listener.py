"""The listener over real associations on loopback."""

import random
import socket
import threading

import pytest

from hemoscope.errors import InputError, ServiceError
from hemoscope.pacs.contexts import SCORED_CLASSES, TRANSFER_SYNTAXES, storage_classes
from hemoscope.pacs.settings import Bounds, ListenSettings, Peer, Tls
from tests.waiting import wait_until

from .certificates import make_certificate
from .conftest import IGNORED, associated, draw, listening, send, submissions, wait_for

pytestmark = IGNORED


def test_an_echo_is_answered(store):
    with listening(store) as listener, associated(listener.port) as association:
        assert association.send_c_echo().Status == 0


def test_a_study_that_was_sent_is_submitted_once_it_is_quiet(store, tmp_path):
    with listening(store) as listener:
        assert send(listener.port, draw(tmp_path, "a")) == [0, 0, 0]
        (found,) = wait_for(store, 1)
    assert (found.files, found.submitted_by) == (3, "dicom:SCANNER")
    assert len(list(store.submissions.path_of(found).iterdir())) == 3


def test_a_study_is_not_complete_as_long_as_somebody_sends_it(store, tmp_path):
    instances = draw(tmp_path, "a")
    with listening(store, quiet_s=0.2) as listener:
        with associated(listener.port) as association:
            association.send_c_store(instances[0])
            threading.Event().wait(1.0)
            assert submissions(store) == []
            association.send_c_store(instances[1])
        assert wait_for(store, 1)[0].files == 2


def test_a_study_that_says_how_many_it_has_needs_no_quiet(store, tmp_path):
    instances = draw(tmp_path, "a")
    for one in instances:
        one.NumberOfStudyRelatedInstances = 3
    with listening(store, quiet_s=3600) as listener:
        send(listener.port, instances)
        assert wait_for(store, 1)[0].files == 3


def test_studies_come_mixed_in_any_order_with_duplicates_over_many_associations(store, tmp_path):
    studies = [draw(tmp_path, name, count=4) for name in "abcde"]
    every = [one for study in studies for one in study] * 2
    random.Random(1).shuffle(every)
    parts = [every[start::4] for start in range(4)]
    with listening(store) as listener:
        threads = [threading.Thread(target=send, args=(listener.port, part)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = wait_for(store, 5)
    assert sorted(one.files for one in found) == [4] * 5


@pytest.mark.parametrize(("calling", "called"), [("STRANGER", "HEMOSCOPE"), ("SCANNER", "ELSEWHERE")])
def test_who_is_not_on_the_list_is_refused_and_that_is_noted(store, tmp_path, calling, called):
    with (
        listening(store, peers=(Peer("SCANNER"),)) as listener,
        pytest.raises(AssertionError, match="refused"),
    ):
        send(listener.port, draw(tmp_path, "a"), calling=calling, called=called)
    assert [row.event for row in store.audit.rows()] == ["peer_refused"]
    assert submissions(store) == []


def test_an_address_that_no_peer_has_cannot_even_ask(store, tmp_path):
    with (
        listening(store, peers=(Peer("SCANNER", "192.0.2.7"),)) as listener,
        pytest.raises(AssertionError, match="refused"),
    ):
        send(listener.port, draw(tmp_path, "a"))


def test_a_title_from_another_peers_address_may_not_store(store, tmp_path):
    peers = (Peer("SCANNER", "192.0.2.7"), Peer("PACS", "127.0.0.1"))
    with listening(store, peers=peers) as listener:
        assert send(listener.port, draw(tmp_path, "a")[:1], calling="SCANNER") == [0x0124]
        assert send(listener.port, draw(tmp_path, "a")[:1], calling="PACS") == [0]


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x01\x00\xff\xff\xff\xff",
        b"\x04\x00\x00\x00\x00\x06\x00\x00\x00\x02\x01\x03",
        b"\x01\x00\x00\x00\x00\x04\x00\x01\x00\x00",
        bytes(range(256)) * 8,
        b"",
    ],
    ids=["http", "huge", "data first", "cut request", "noise", "nothing"],
)
def test_garbage_does_not_stop_the_listener(store, tmp_path, garbage):
    with listening(store) as listener:
        left_open = socket.create_connection(("127.0.0.1", listener.port))
        left_open.sendall(garbage)
        with socket.create_connection(("127.0.0.1", listener.port)) as gone:
            gone.sendall(garbage)
        assert send(listener.port, draw(tmp_path, "a")) == [0, 0, 0]
        assert wait_for(store, 1)[0].files == 3
        left_open.close()


def test_what_was_acknowledged_before_an_abort_is_kept(store, tmp_path):
    instances = draw(tmp_path, "a")
    with listening(store) as listener:
        with associated(listener.port) as association:
            assert association.send_c_store(instances[0]).Status == 0
            association.abort()
        assert wait_for(store, 1)[0].files == 1
        send(listener.port, instances)
        assert max(one.files for one in wait_for(store, 2)) == 3


def test_an_instance_without_a_study_or_too_large_is_refused_and_the_next_is_taken(store, tmp_path):
    instances = draw(tmp_path, "a")
    del instances[0].StudyInstanceUID
    with listening(store) as listener:
        assert send(listener.port, instances) == [0xC000, 0, 0]
    with listening(store, bounds=Bounds(instance_bytes=100)) as listener:
        assert send(listener.port, draw(tmp_path, "b")[:1]) == [0xA700]


def test_a_full_disk_is_told(store, tmp_path):
    with listening(store, bounds=Bounds(spare_bytes=1 << 60)) as listener:
        assert send(listener.port, draw(tmp_path, "a")) == [0xA700] * 3


def test_what_was_held_when_the_listener_ended_is_submitted_by_the_next(store, tmp_path):
    with listening(store, quiet_s=3600) as listener:
        send(listener.port, draw(tmp_path, "a"))
    assert submissions(store) == []
    with listening(store):
        assert wait_for(store, 1)[0].files == 3


def test_over_tls_a_peer_needs_a_certificate_that_is_known(store, tmp_path):
    import ssl

    ours, stranger = make_certificate(tmp_path / "ours"), make_certificate(tmp_path / "stranger")
    with listening(store, tls=Tls(*ours, authorities=ours[0])) as listener:
        silent = socket.create_connection(("127.0.0.1", listener.port))
        for pair, is_let_in in ((ours, True), (stranger, False)):
            context = ssl.create_default_context(cafile=ours[0])
            context.load_cert_chain(*pair)
            if is_let_in:
                with associated(listener.port, tls_args=(context, "localhost")) as association:
                    assert association.send_c_store(draw(tmp_path, "a")[0]).Status == 0
            else:
                with (
                    pytest.raises(AssertionError, match="refused"),
                    associated(listener.port, tls_args=(context, "localhost")),
                ):
                    pass
        silent.close()
    wait_until(lambda: len(submissions(store)) <= 1)


def test_another_address_needs_peers():
    with pytest.raises(ServiceError) as caught:
        ListenSettings(host="0.0.0.0")
    assert caught.value.code == "listen.needs_peers"
    assert ListenSettings(host="0.0.0.0", peers=(Peer("A"),)).knows("A ", "192.0.2.1")


@pytest.mark.parametrize("text", ["", "A" * 17, "A\\B", "A@nowhere", "A@", "Ä"])
def test_a_peer_that_cannot_be_is_refused(text):
    with pytest.raises(InputError) as caught:
        Peer.parse(text)
    assert caught.value.code in ("listen.bad_peer", "listen.bad_title")


def test_a_port_that_is_taken_is_told(store):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ServiceError) as caught,
        listening(store, port=taken.getsockname()[1]),
    ):
        pass
    assert caught.value.code == "listen.cannot_listen"


def test_ct_comes_first_among_what_is_accepted():
    assert storage_classes()[:3] == tuple(SCORED_CLASSES)
    assert len(set(storage_classes())) == len(storage_classes()) > 100
    assert next(iter(TRANSFER_SYNTAXES)) == "1.2.840.10008.1.2.1"
