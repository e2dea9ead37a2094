"""What zipfile raises at a package that is no package, or a broken one."""

import zipfile

# RuntimeError: a password; NotImplementedError: a compression nobody has; ValueError and EOFError: a cut or forged list.
BROKEN = (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError)
