; The installer for Windows 10, 11, Server 2019 and later (NSIS 3). tools/cross_windows.py calls makensis with
;   VERSION   the version
;   STAGE     the directory of what is installed
;   OUTPUT    the installer to write
;
; multihomed-VERSION-windows-amd64-setup.exe [/S] [/NOSTART] [/D=DIRECTORY]
; uninstall.exe [/S] [/REMOVESTATE]
; Ends with 0, or 1 (cancelled), 2 (aborted: nothing was changed, or a file is in use), 3 (the service cannot be installed or
; removed), 4 (it is installed and does not start).

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
SetDateSave off ; the same files make the same installer
ManifestSupportedOS Win10
RequestExecutionLevel admin
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

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\multihomed"
!define SERVICE_KEY "SYSTEM\CurrentControlSet\Services\multihomed"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

; Runs the service's program; its status is left in $0.
!macro Service COMMAND
    nsExec::ExecToLog '"$INSTDIR\multihomed.exe" ${COMMAND}'
    Pop $0
!macroend

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
    ; Files in use cannot be replaced.
    ${If} ${FileExists} "$INSTDIR\multihomed.exe"
        !insertmacro Service "stop"
    ${EndIf}
    SetOverwrite on
    SetOutPath "$INSTDIR"
    File "${STAGE}/*.exe" "${STAGE}/*.dll" "${STAGE}/README.txt"
    SetOutPath "$INSTDIR\licences"
    File "${STAGE}/licences/*.txt"
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
    ; A service that runs this very program keeps its options.
    ReadRegStr $1 HKLM "${SERVICE_KEY}" "ImagePath"
    StrCpy $2 '"$INSTDIR\multihomed.exe" run'
    StrLen $3 $2
    StrCpy $1 $1 $3
    ${If} $1 != $2
        !insertmacro Service "install"
        ${If} $0 != 0
            DetailPrint "The service cannot be installed."
            SetErrorLevel 3
            Return
        ${EndIf}
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
    ReadRegStr $1 HKLM "${SERVICE_KEY}" "ImagePath"
    ${If} $1 != ""
        !insertmacro Service "uninstall"
        ${If} $0 != 0
            DetailPrint "The service cannot be removed."
            SetErrorLevel 3
            Return
        ${EndIf}
    ${EndIf}
    ; What was installed and nothing else: somebody may keep other files here.
    Delete "$INSTDIR\multihomed.exe"
    Delete "$INSTDIR\multihomectl.exe"
    Delete "$INSTDIR\*.dll"
    Delete "$INSTDIR\README.txt"
    Delete "$INSTDIR\licences\*.txt"
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
    kept:
SectionEnd
