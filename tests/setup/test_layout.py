"""What pytest needs of the names of test files."""
from collections import Counter


def test_every_test_file_has_a_name_of_its_own(checkout):
    names = Counter(path.name for path in (checkout / "tests").rglob("test_*.py"))
    assert names and [name for name, count in names.items() if count > 1] == []
