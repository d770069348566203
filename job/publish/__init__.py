"""Model folders appear under the output folder whole or not at all, also when they replace one.

    with staging(output_dir, name) as folder:      # /out/.staging-NAME-TOKEN, private, removed at the end
        ...                                        # everything is made in folder / "model"
        with turn(output_dir, name):               # what is there now is what will be replaced
            publish(folder / "model", output_dir, name)

recover(output_dir), once before any work, finishes what a killed run left.
"""
from job.publish.checksums import settle_file, settled, verify_checksums
from job.publish.current import checkpoint_of, digest_of_settings, is_current, is_rolled_back, record_of
from job.publish.files import write_file, write_json
from job.publish.page_cache import leave_page_cache
from job.publish.published import (
    check_replaceable, clear_failure, is_model, publish, publish_failure, publish_file, published_failures, published_models,
)
from job.publish.staging_folder import recover, staging
from job.publish.stamps import record_stamps
from job.publish.turn import turn
from job.publish.versions import (
    as_version, documents_of, is_without_newest, keep_earlier, next_version, version_folder,
)

__all__ = [
    "as_version", "check_replaceable", "checkpoint_of", "clear_failure", "digest_of_settings", "documents_of", "is_current",
    "is_model", "is_rolled_back", "is_without_newest", "keep_earlier", "leave_page_cache", "next_version", "publish",
    "publish_failure", "publish_file", "published_failures", "published_models", "record_of", "record_stamps", "recover",
    "settle_file", "settled", "staging", "turn", "verify_checksums", "version_folder", "write_file", "write_json",
]
