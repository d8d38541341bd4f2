@echo off
rem The developer's script on Windows: runs ./dev in MSYS2's UCRT64 environment.
setlocal
if not defined MSYS2_ROOT set "MSYS2_ROOT=C:\msys64"
if not exist "%MSYS2_ROOT%\usr\bin\bash.exe" (
    echo dev: MSYS2 is needed and not at %MSYS2_ROOT%.
    echo Install it, for instance with:  winget install MSYS2.MSYS2
    echo or from https://www.msys2.org, or set MSYS2_ROOT to where it is. Then call dev again.
    exit /b 1
)
set MSYSTEM=UCRT64
set CHERE_INVOKING=1
cd /d "%~dp0"
"%MSYS2_ROOT%\usr\bin\bash.exe" -lc "exec ./dev \"$@\"" dev %*
exit /b %ERRORLEVEL%
