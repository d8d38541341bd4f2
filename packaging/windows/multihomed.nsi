; The installer for Windows 10, 11, Server 2019 and later (NSIS 3). tools/cross_windows.py calls makensis with
;   VERSION   the version
;   FILES     a script with the macros PutFiles and DeleteFiles: what is installed, file by file
;   OUTPUT    the installer to write
;
; multihomed-VERSION-windows-amd64-setup.exe [/S] [/NOSTART] [/D=DIRECTORY]
; uninstall.exe [/S] [/REMOVESTATE]
; The first ends with 0, or 1 (cancelled), 2 (an older Windows, a service that does not stop, or options that are too long: nothing
; was replaced; or a file is in use: nothing or a part was replaced, and the service is stopped), 3 (the service cannot be
; installed), 4 (it is installed and does not start).
; The second starts a copy of itself, whose end nobody sees. With _?=DIRECTORY at its end it does the work itself, and ends with 0,
; or 1 (cancelled), 2 (a file is in use and stays), 3 (the service cannot be removed).

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
SetDateSave off ; the same files make the same installer
ManifestSupportedOS Win10
RequestExecutionLevel admin
AllowSkipFiles off ; /S would skip a file in use, and end with 0
Name "multihomed ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\multihomed"
BrandingText " "
ShowInstDetails show
ShowUninstDetails show
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "multihomed"
VIAddVersionKey "FileDescription" "Installs multihomed, a service for hosts with more than one IP address"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "See licences"

!include FileFunc.nsh
!include LogicLib.nsh
!include WinVer.nsh
!include "${FILES}"

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\multihomed"
!define SERVICE_KEY "SYSTEM\CurrentControlSet\Services\multihomed"
!define /math LONGEST ${NSIS_MAX_STRLEN} - 1

Var Start   ; a number; "": there is no service
Var Options ; of the service, e.g. " --listen 127.0.0.1:8000"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

; Runs the service's program; its status is left in $0. That of a program that cannot run is "error", or below 0.
!macro Service COMMAND
    nsExec::ExecToLog '"$INSTDIR\multihomed.exe" ${COMMAND}'
    Pop $0
!macroend

; The service's options are what follows `run` in its image path, where `install` has written them. Strings that are too long for
; NSIS are cut, or not read at all: then this ends the setup, as options would be lost.
Function FindService
    StrCpy $Options ""
    ReadRegDWORD $Start HKLM "${SERVICE_KEY}" "Start"
    ${If} $Start == ""
        Return
    ${EndIf}
    ReadRegStr $1 HKLM "${SERVICE_KEY}" "ImagePath"
    ${For} $2 1 ${LONGEST}
        StrCpy $3 $1 6 $2
        ${If} $3 == '" run '
            IntOp $2 $2 + 5
            StrCpy $Options $1 "" $2
            ${ExitFor}
        ${EndIf}
    ${Next}
    StrCpy $2 '"$INSTDIR\multihomed.exe" install$Options'
    StrLen $2 $2
    ${If} $1 == ""
    ${OrIf} $2 == ${LONGEST}
        DetailPrint "The service's options are too long: uninstall it, and install it again with them after the setup."
        SetErrorLevel 2
        Abort
    ${EndIf}
FunctionEnd

; An upgrade goes where the version before is, unless /D says otherwise.
Function .onInit
    SetRegView 64
    SetShellVarContext all
    ${IfNot} ${AtLeastWin10}
        MessageBox MB_ICONSTOP "multihomed needs Windows 10, Server 2019 or later." /SD IDOK
        SetErrorLevel 2
        Quit
    ${EndIf}
    ReadRegStr $1 HKLM "${UNINSTALL_KEY}" "InstallLocation"
    ${If} $1 != ""
    ${AndIf} $INSTDIR == "$PROGRAMFILES64\multihomed"
        StrCpy $INSTDIR $1
    ${EndIf}
FunctionEnd

Section
    Call FindService
    ; Files in use cannot be replaced. A program that cannot run is one to be replaced.
    ${If} $Start != ""
    ${AndIf} ${FileExists} "$INSTDIR\multihomed.exe"
        !insertmacro Service "stop"
        ${If} $0 > 0
            DetailPrint "The service does not stop."
            SetErrorLevel 2
            Abort
        ${EndIf}
    ${EndIf}
    SetOverwrite on
    !insertmacro PutFiles
    SetOutPath "$INSTDIR"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayName" "multihomed"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "Publisher" "multihomed"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayIcon" '"$INSTDIR\multihomed.exe"'
    WriteRegStr HKLM "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKLM "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKLM "${UNINSTALL_KEY}" "NoModify" 1
    WriteRegDWORD HKLM "${UNINSTALL_KEY}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $1 $2 $3
    WriteRegDWORD HKLM "${UNINSTALL_KEY}" "EstimatedSize" $1
    ; It may still run from another directory. What is installed already keeps its options, and gets all other settings anew.
    StrCpy $0 0
    ${If} $Start != ""
        !insertmacro Service "stop"
    ${EndIf}
    ${If} $0 == 0
        !insertmacro Service "install$Options"
    ${EndIf}
    ${If} $0 != 0
        DetailPrint "The service cannot be installed."
        SetErrorLevel 3
        Return
    ${EndIf}
    ${GetParameters} $1
    ClearErrors
    ${GetOptions} $1 "/NOSTART" $2
    ${IfNot} ${Errors}
        Return
    ${EndIf}
    !insertmacro Service "start"
    ${If} $0 != 0
        DetailPrint "The service is installed and does not start: the event log says why."
        SetErrorLevel 4
    ${EndIf}
SectionEnd

Function un.onInit
    SetRegView 64
    SetShellVarContext all ; $APPDATA is %ProgramData%
FunctionEnd

Section Uninstall
    ReadRegDWORD $Start HKLM "${SERVICE_KEY}" "Start"
    ${If} $Start != ""
        !insertmacro Service "uninstall"
        ${If} $0 != 0
            DetailPrint "The service cannot be removed."
            SetErrorLevel 3
            Return
        ${EndIf}
    ${EndIf}
    ; What was installed and nothing else: somebody may keep other files here. This program stays until they are gone.
    ClearErrors
    !insertmacro DeleteFiles
    ${If} ${Errors}
        DetailPrint "A file is in use: it stays."
        SetErrorLevel 2
        Return
    ${EndIf}
    RMDir "$INSTDIR\licences"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    DeleteRegKey HKLM "${UNINSTALL_KEY}"
    ${GetParameters} $1
    ClearErrors
    ${GetOptions} $1 "/REMOVESTATE" $2
    ${If} ${Errors}
        MessageBox MB_YESNO|MB_DEFBUTTON2 "Remove the configuration and the token in $APPDATA\multihomed too?" /SD IDNO IDNO kept
    ${EndIf}
    RMDir /r "$APPDATA\multihomed"
    ${If} ${FileExists} "$APPDATA\multihomed"
        DetailPrint "A file of $APPDATA\multihomed is in use: it stays."
        SetErrorLevel 2
    ${EndIf}
    kept:
SectionEnd
