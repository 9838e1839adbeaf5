from hemoscope.inference.doctor import examine_installation, machine
from hemoscope.records import Health


def test_topics_come_in_one_order_and_all_is_well_here():
    checks = list(examine_installation(with_speed=False))
    assert list(dict.fromkeys(check.topic for check in checks)) == [
        "packages",
        "model",
        "decoders",
        "machine",
        "extras",
    ]
    assert not any(check.is_broken for check in checks)


def test_a_check_that_stops_is_told_and_the_others_go_on(monkeypatch):
    def stop() -> None:
        raise RuntimeError("/home/somebody")

    monkeypatch.setattr(machine, "check_machine", stop)
    checks = list(examine_installation(with_speed=False))
    (odd,) = [check for check in checks if check.topic == "machine"]
    assert (odd.name, odd.health, odd.detail) == ("machine", Health.FAILED, "It stopped with RuntimeError.")
    assert checks[-1].topic == "extras"
