"""Where everything stands in the picture."""

from hypothesis import given
from hypothesis import strategies as st

from delivery.preview.drawing import CHIP_HEIGHT, CHIP_WIDTH, Box, Node, draw
from delivery.preview.nodes import nodes
from tests.delivery.preview.estate import changed
from tests.delivery.preview.test_seeded_changes import put

GRAPHS = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.sampled_from("xyz"),
        st.integers(0, 6),
        st.lists(st.integers(0, 39), max_size=3),
    ),
    max_size=40,
)


def graph(drawn: list[tuple[str, str, int, list[int]]]) -> list[Node]:
    return [
        Node(
            key=str(number),
            type=f"azure-native:m:{kind}",
            name=f"n{number}",
            noun=kind,
            group=group,
            rank="update" if grave else "same",
            operation="update" if grave else "same",
            grave=grave,
            needs=tuple(map(str, needs)),
        )
        for number, (group, kind, grave, needs) in enumerate(drawn)
    ]


def test_a_picture_of_a_change_leaves_out_what_stays_and_counts_what_is_beside_it() -> None:
    still = [("a", "x", 0, []), ("a", "y", 0, []), ("b", "x", 0, [0])]
    drawing = draw(graph([*still, ("a", "z", 3, [])]), changes=True)

    assert [(box.title, [chip.count for chip in box.chips]) for box in drawing.boxes] == [("a", [1, 2])]
    assert len(draw(graph(still), changes=True).boxes) == 2


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


@given(GRAPHS, st.sampled_from([0.5, 1.0, 1.7]))
def test_nothing_overlaps_nothing_is_lost_and_all_of_it_is_inside(
    drawn: list[tuple[str, str, int, list[int]]], shape: float
) -> None:
    drawing = draw(graph(drawn), shape)

    assert sum(chip.count for box in drawing.boxes for chip in box.chips) == len(drawn)
    for number, box in enumerate(drawing.boxes):
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height
        assert all(apart(box, other) for other in drawing.boxes[number + 1 :])
        for chip in box.chips:
            assert box.x <= chip.x <= box.x + box.width - CHIP_WIDTH
            assert box.y <= chip.y <= box.y + box.height - CHIP_HEIGHT
        assert len({(chip.x, chip.y) for chip in box.chips}) == len(box.chips)


@given(GRAPHS)
def test_the_same_resources_give_the_same_picture_whatever_their_order(
    drawn: list[tuple[str, str, int, list[int]]],
) -> None:
    found = graph(drawn)

    assert draw(found) == draw(found[::-1])


def test_givers_stand_left_of_takers_and_a_circle_does_no_harm() -> None:
    found = graph(
        [("network", "x", 0, []), ("cluster", "x", 0, [0]), ("workload", "x", 0, [1, 0]), ("network", "y", 0, [2])]
    )
    boxes = {box.title: box for box in draw(found).boxes}

    assert boxes["network"].x < boxes["cluster"].x < boxes["workload"].x


def test_a_line_that_a_longer_way_tells_as_well_is_left_out() -> None:
    found = graph([("a", "x", 0, []), ("b", "x", 0, [0]), ("c", "x", 0, [1, 0])])

    assert [(link.giver.title, link.taker.title) for link in draw(found).links] == [("a", "b"), ("b", "c")]


def test_what_changes_is_drawn_by_itself_and_what_stays_is_folded() -> None:
    many = [("box", "x", 0, list[int]())] * 30 + [("box", "x", 3, list[int]())] * 4
    [box] = draw(graph(many)).boxes

    assert [(chip.count, chip.node.grave) for chip in box.chips] == [(1, 3)] * 4 + [(30, 0)]


def test_a_box_is_the_outermost_component_and_names_do_not_repeat_it() -> None:
    shown = {node.name: (node.group, node.rank) for node in nodes(changed(put("AgentPool/app", "count", 4)))}

    assert shown["models"] == ("model store", "same")
    assert shown["group"] == ("Azure", "same")
    assert shown["kubelet-pull"] == ("cluster", "same")
    assert "azure" not in shown, "providers that stay as they are are plumbing"
