"""What goes wrong with stores and sticks (`clerk_app.errors` holds the rest and names these too)."""

from __future__ import annotations

from clerk_app.error_kinds import StickError, StoreError

# ---- the store --------------------------------------------------------------------------------------------------


class FolderLocked(StoreError):
    """Another process owns the data folder."""

    code = "folder_locked"
    retryable = True


class DiskFull(StoreError):
    """No room left; the act did not happen."""

    code = "disk_full"
    retryable = True


class DiskFailed(StoreError):
    """The disk refused a read or a write; the act did not happen."""

    code = "disk_failed"


class KeysDamaged(StoreError):
    """`keys.json` is missing or was changed outside the program."""

    code = "keys_damaged"


class StoreDamaged(StoreError):
    """The database, its log or its pages were changed outside the program."""

    code = "store_damaged"


class BlobDamaged(StoreError):
    """A sealed file is missing or was changed."""

    code = "blob_damaged"


class EntryDamaged(StoreError):
    """`count` entries do not fit their own hash, so that they cannot be sent; everything else goes on."""

    code = "entry_damaged"


class WitnessDamaged(StoreError):
    """The witness file is missing or was changed."""

    code = "witness_damaged"


class StoreRolledBack(StoreError):
    """The journal ends before what was reported: an older copy was put back, or the end of the log was lost."""

    code = "store_rolled_back"


class SchemaTooNew(StoreError):
    """A newer version of the program wrote this store."""

    code = "schema_too_new"


class DeviceRevoked(StoreError):
    """The platform revoked this device; what was unsent lies sealed in `file`, and the keys are gone.

    `reason` is `sealing` while the order is known and not yet carried out.
    """

    code = "device_revoked"


class HubKeysDamaged(StoreError):
    """The platform's key file is missing or was changed."""

    code = "hub_keys_damaged"


class HubAuthorityDamaged(StoreError):
    """The file of the platform's certificate authority was changed."""

    code = "hub_authority_damaged"


class HubStoreFailed(StoreError):
    """The platform's database cannot be used."""

    code = "hub_store_failed"
    retryable = True


class ExchangeTargetFailed(StoreError):
    """The province's front database cannot be used; what was not committed there goes with the next run."""

    code = "exchange_target_failed"
    retryable = True


# ---- a stick ----------------------------------------------------------------------------------------------------


class StickFailed(StickError):
    """It was pulled out, is not there, or does not read or write."""

    code = "stick_gone"
    retryable = True


class StickUnsound(StickError):
    """What was read back is not what was written; the file was removed again."""

    code = "stick_unsound"


class StickFull(StickError):
    """No room left on it."""

    code = "stick_full"


class StickReadOnly(StickError):
    """It is protected against writing."""

    code = "stick_read_only"


class StickFileTooLarge(StickError):
    """Its file system does not take a file of this size (FAT32: 4 GB)."""

    code = "stick_file_too_large"
