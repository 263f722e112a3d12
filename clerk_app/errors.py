"""Everything that can go wrong, by kind.

    ClerkError                     code, data, retryable
    ├─ UserError                   the clerk can put it right
    ├─ EnvironmentFault            disk, cable, network or peer; the program is not to blame
    │  ├─ DeviceError              readers and pads
    │  ├─ PrintError               paper and printers
    │  ├─ StoreError               the encrypted store, its keys, its folder
    │  ├─ StickError               a stick with a hand-over
    │  └─ PlatformError            the sync stops here and tries again later
    └─ BugError                    a broken invariant: never retried, never shown as a sentence

An error carries a stable `code` and data, never a sentence for people: `clerk_app.messages` turns the code into one
plain sentence with the next step, for the command line, the window and the hub alike.
"""

from __future__ import annotations

from clerk_app import device_errors, error_kinds, platform_errors, store_errors

ClerkError = error_kinds.ClerkError
UserError = error_kinds.UserError
EnvironmentFault = error_kinds.EnvironmentFault
DeviceError = error_kinds.DeviceError
PrintError = error_kinds.PrintError
StoreError = error_kinds.StoreError
StickError = error_kinds.StickError
PlatformError = error_kinds.PlatformError
BugError = error_kinds.BugError

# ---- what the clerk can put right -------------------------------------------------------------------------------


class NotYetAvailable(UserError):
    """The chosen act belongs to a later version; the draft is kept."""

    code = "not_yet"


class WrongPassword(UserError):
    """The password does not open this clerk's key."""

    code = "wrong_password"


class UnknownClerk(UserError):
    """No such clerk in `keys.json`."""

    code = "unknown_clerk"


class WeakPassword(UserError):
    """Fewer than 10 characters or fewer than 3 character classes (domain.md E.4)."""

    code = "weak_password"


class LockedOut(UserError):
    """Too many wrong passwords; `seconds` of running time are left."""

    code = "locked_out"


class NoStore(UserError):
    """The folder holds no store."""

    code = "no_store"


class StoreExists(UserError):
    """The folder holds a store already."""

    code = "store_exists"


class NotEnrolled(UserError):
    """The device is not enrolled, so the store takes in nothing real."""

    code = "not_enrolled"


class AlreadyEnrolled(UserError):
    """This store is enrolled with a hub already."""

    code = "already_enrolled"


class PracticeStore(UserError):
    """A practice store is never enrolled and never synced."""

    code = "practice_store"


class BadEnrolmentFile(UserError):
    """The enrolment file is damaged or not one."""

    code = "bad_enrolment_file"


class NotSignedIn(UserError):
    """The act needs a signed-in clerk."""

    code = "not_signed_in"


class NoSuchCase(UserError):
    """No case has this number."""

    code = "no_such_case"


class NoDocumentNumber(UserError):
    """The document has no number to look for, or one out of form."""

    code = "no_document_number"


class CaseElsewhere(UserError):
    """The case is another desk's and not to be had now. `reason`: `no_line`, `not_arrived` or `other_platform`."""

    code = "case_elsewhere"


class NoSuchNotice(UserError):
    """No one-time notice has this number."""

    code = "no_such_notice"


class NoticeElsewhere(UserError):
    """The notice is another desk's and not to be had now. `reason`: `no_line`, `not_arrived` or `other_platform`."""

    code = "notice_elsewhere"


class NoSuchDraft(UserError):
    """The draft is gone or belongs to another clerk."""

    code = "no_such_draft"


class CatalogueDamaged(EnvironmentFault):
    """A catalogue that this desk keeps cannot be read any more."""

    code = "catalogue_damaged"


class BadPublished(EnvironmentFault):
    """A catalogue from the platform is not signed, or broken; the old one stays in force."""

    code = "bad_published"


class VersionTaken(UserError):
    """Another catalogue was in force here under this version."""

    code = "version_taken"


class NoSuchVersion(UserError):
    """No catalogue of this version is kept here."""

    code = "no_such_version"


class NoticeTextsElsewhere(UserError):
    """A one-time notice was made with a catalogue that is not kept here, so that it cannot be printed again here."""

    code = "notice_texts_elsewhere"


class CaseTextsElsewhere(UserError):
    """A case began with a catalogue that is not kept here: nothing of it is printed or registered by another one."""

    code = "case_texts_elsewhere"


class NoSuchPackage(UserError):
    """The catalogue has no package of this code."""

    code = "no_such_package"


class NotOptional(UserError):
    """The child belongs to the package in any case, or is none of it; only optional ones can be left out."""

    code = "not_optional"


class BadAnswers(UserError):
    """The file of answers is no JSON object from code to answer."""

    code = "bad_answers"


class NoSuchMatter(UserError):
    """The catalogue has no such matter."""

    code = "no_such_matter"


class Incomplete(UserError):
    """Items are still missing; `items` names them."""

    code = "incomplete"


class NotPresent(UserError):
    """The matter needs the applicant in person."""

    code = "not_present"


class ExpiredDocument(UserError):
    """The document is past its validity and the matter does not accept that."""

    code = "expired_document"


class MissingGlyph(UserError):
    """No vendored font can draw `characters`; named before acceptance, not at the printer."""

    code = "missing_glyph"


class UnlawfulStep(UserError):
    """The step is not possible in the present state."""

    code = "unlawful_step"


class NeedsUpgrade(UserError):
    """The record holds something this version does not know; it is read-only here."""

    code = "needs_upgrade"


class BadAnswer(UserError):
    """What is to stand in a form `element` is not good; `fault` says why."""

    code = "bad_answer"


class BadFile(UserError):
    """A file named on the command line cannot be used."""

    code = "bad_file"


class BadResultData(UserError):
    """The data of a result that a command was given cannot be used. `reason`: both, unreadable, not_json or item."""

    code = "bad_result_data"


class BadParcel(UserError):
    """A file brought on a stick is none of ours, or cannot be taken in; `reason` says why."""

    code = "bad_parcel"


class NoReturn(UserError):
    """No hand-over carried here was delivered yet."""

    code = "no_return"


class NoSuchCargo(UserError):
    """No such hand-over is carried here."""

    code = "no_such_cargo"


class BadCatalogue(UserError):
    """A catalogue or calendar has faults; `faults` names each with its file, line and reason."""

    code = "bad_catalogue"


class BadPort(UserError):
    """The port address is not one pyserial understands."""

    code = "bad_port"


class BadProfile(UserError):
    """The rating pad profile is unknown or damaged."""

    code = "bad_profile"


class RatingOpen(UserError):
    """A rating invitation is open, so the pad cannot be tested now."""

    code = "rating_open"


class NoHub(UserError):
    """The folder holds no platform."""

    code = "no_hub"


class HubNotEmpty(UserError):
    """A backup is put back only where no platform is yet."""

    code = "hub_not_empty"


class OtherHubsKeys(UserError):
    """The key files in the folder are not those of the platform that was backed up."""

    code = "other_hubs_keys"


class BackupDamaged(StoreError):
    """A backup is not whole, or was changed; `reason` says where."""

    code = "backup_damaged"


class ProgramFailed(EnvironmentFault):
    """Another program that is needed is missing or failed; `program` and `reason`."""

    code = "program_failed"


class BlobPlaceUnknown(UserError):
    """A place for blobs that no adapter knows."""

    code = "blob_place_unknown"


class ExtraMissing(UserError):
    """What is asked for needs a library that is not installed with the program by itself."""

    code = "extra_missing"


class NoSuchHall(UserError):
    """A hall is six digits."""

    code = "no_such_hall"


class HallFull(UserError):
    """All 999 device numbers of a hall are given out."""

    code = "hall_full"


class NoHubAddress(UserError):
    """Nobody said where the platform is served."""

    code = "no_hub_address"


class NoSuchDevice(UserError):
    """No device of the platform has this code or name, or `several` have: `codes` names them."""

    code = "no_such_device"


class NothingInQuarantine(UserError):
    """Nothing in quarantine fits what was asked for."""

    code = "nothing_in_quarantine"


class HubNeedsTls(UserError):
    """Beyond this machine the platform speaks TLS only."""

    code = "hub_needs_tls"


class BadHubAddress(UserError):
    """Neither a host's name nor an address, or not one a desk could use; `address` is what was given."""

    code = "bad_hub_address"


class HubPortTaken(UserError):
    """The platform cannot listen at this address."""

    code = "hub_port_taken"


class NoSuchAppeal(UserError):
    """The register has no such record."""

    code = "no_such_appeal"


class NotDecidable(UserError):
    """The platform cannot decide a case in its present state."""

    code = "not_decidable"


# ---- devices and paper ------------------------------------------------------------------------------------------

CardNotFound = device_errors.CardNotFound
CardNotRead = device_errors.CardNotRead
CardNotGenuine = device_errors.CardNotGenuine
WrongCard = device_errors.WrongCard
ReaderSelfTestFailed = device_errors.ReaderSelfTestFailed
ReaderNotLicensed = device_errors.ReaderNotLicensed
DeviceNotFound = device_errors.DeviceNotFound
DeviceGone = device_errors.DeviceGone
DeviceSilent = device_errors.DeviceSilent
DeviceGarbled = device_errors.DeviceGarbled
DeviceBusy = device_errors.DeviceBusy
DeviceNotPermitted = device_errors.DeviceNotPermitted
CardNotLifted = device_errors.CardNotLifted
FontDamaged = device_errors.FontDamaged
PrinterNotFound = device_errors.PrinterNotFound
PrinterOffline = device_errors.PrinterOffline
PrinterSilent = device_errors.PrinterSilent
PrinterRefused = device_errors.PrinterRefused


# ---- the store --------------------------------------------------------------------------------------------------

FolderLocked = store_errors.FolderLocked
DiskFull = store_errors.DiskFull
DiskFailed = store_errors.DiskFailed
KeysDamaged = store_errors.KeysDamaged
StoreDamaged = store_errors.StoreDamaged
BlobDamaged = store_errors.BlobDamaged
EntryDamaged = store_errors.EntryDamaged
WitnessDamaged = store_errors.WitnessDamaged
StoreRolledBack = store_errors.StoreRolledBack
SchemaTooNew = store_errors.SchemaTooNew
DeviceRevoked = store_errors.DeviceRevoked
HubKeysDamaged = store_errors.HubKeysDamaged
HubAuthorityDamaged = store_errors.HubAuthorityDamaged
HubStoreFailed = store_errors.HubStoreFailed
ExchangeTargetFailed = store_errors.ExchangeTargetFailed


# ---- a stick ----------------------------------------------------------------------------------------------------

StickFailed = store_errors.StickFailed
StickUnsound = store_errors.StickUnsound
StickFull = store_errors.StickFull
StickReadOnly = store_errors.StickReadOnly
StickFileTooLarge = store_errors.StickFileTooLarge


# ---- the platform -----------------------------------------------------------------------------------------------

PlatformUnreachable = platform_errors.PlatformUnreachable
PlatformBusy = platform_errors.PlatformBusy
CaptivePortal = platform_errors.CaptivePortal
CertificateOutOfTime = platform_errors.CertificateOutOfTime
PlatformRefused = platform_errors.PlatformRefused
ProtocolMismatch = platform_errors.ProtocolMismatch
