"""Static files under names that change with their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    # A module names the modules it needs: without this a browser would run today's beside one kept from yesterday.
    support_js_module_import_aggregation = True
