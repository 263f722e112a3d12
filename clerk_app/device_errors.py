"""What goes wrong with readers, pads, printers and paper (`clerk_app.errors` holds the rest and names these too)."""

from __future__ import annotations

from clerk_app.error_kinds import DeviceError, PrintError

# ---- devices ----------------------------------------------------------------------------------------------------


class CardNotFound(DeviceError):
    """No card was laid on the reader in time."""

    code = "card_not_found"
    retryable = True


class CardNotRead(DeviceError):
    """The card is there but could not be read; lift it and lay it down again."""

    code = "card_not_read"
    retryable = True


class CardNotGenuine(DeviceError):
    """Reader and card did not authenticate one another (SW3 32, 33)."""

    code = "card_not_genuine"


class WrongCard(DeviceError):
    """Not an identity card (SW3 40)."""

    code = "wrong_card"


class ReaderSelfTestFailed(DeviceError):
    """The reader refuses every command (SW3 60)."""

    code = "reader_self_test_failed"


class ReaderNotLicensed(DeviceError):
    """The reader is not authorised (SW3 66)."""

    code = "reader_not_licensed"


class DeviceNotFound(DeviceError):
    """Nothing is connected at the port."""

    code = "device_not_found"
    retryable = True


class DeviceGone(DeviceError):
    """The device vanished while it was used."""

    code = "device_gone"
    retryable = True


class DeviceSilent(DeviceError):
    """The device does not answer."""

    code = "device_silent"
    retryable = True


class DeviceGarbled(DeviceError):
    """The device answers, but not in its protocol."""

    code = "device_garbled"
    retryable = True


class DeviceBusy(DeviceError):
    """Another program holds the port."""

    code = "device_busy"
    retryable = True


class DeviceNotPermitted(DeviceError):
    """This user may not open the port."""

    code = "device_not_permitted"


class CardNotLifted(DeviceError):
    """The card that was read before is still lying on the reader."""

    code = "card_not_lifted"
    retryable = True


# ---- paper ------------------------------------------------------------------------------------------------------


class FontDamaged(PrintError):
    """A vendored font file is missing or damaged; `file` is its name."""

    code = "font_damaged"


class PrinterNotFound(PrintError):
    """The print system knows no such printer, or there is no print system; `printer` is what was asked for."""

    code = "printer_not_found"


class PrinterOffline(PrintError):
    """The printer is stopped, refuses jobs or cannot be reached; nothing was handed over."""

    code = "printer_offline"
    retryable = True


class PrinterSilent(PrintError):
    """The print system did not answer in time; whether it took the job is not known."""

    code = "printer_silent"


class PrinterRefused(PrintError):
    """The print system or the folder did not take the document; `reason` is its own word."""

    code = "printer_refused"
    retryable = True
