"""One toy for the tests of GRPO."""

from pathlib import Path

import pytest

from tests.train.grpo.making import toy_folder


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("peft")
    return toy_folder(tmp_path_factory.mktemp("grpo"))
