import gc
import threading
import weakref

from cnnstudio.ui.collector import collect_if_due


class Node:
    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_collected_by_the_windows_thread_alone(collector):
    gc.collect()
    threads: list[threading.Thread] = []
    lost = Node()
    weakref.finalize(lost, lambda: threads.append(threading.current_thread()))
    del lost

    allocating = threading.Thread(target=lambda: [[] for _ in range(100_000)])
    allocating.start()
    allocating.join()
    assert not threads

    kept = [[] for _ in range(gc.get_threshold()[0] + 1)]
    collect_if_due()
    assert threads == [threading.main_thread()] and kept
