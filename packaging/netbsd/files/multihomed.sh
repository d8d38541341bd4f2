#!@RCD_SCRIPTS_SHELL@

# PROVIDE: multihomed
# REQUIRE: NETWORKING syslogd
# KEYWORD: shutdown
#
# In /etc/rc.conf:
#
# multihomed         YES starts the service at boot.
# multihomed_config  the configuration, @PKG_SYSCONFDIR@/config.json by default.
# multihomed_flags   more options, see multihomed(8).

$_rc_subr_loaded . /etc/rc.subr

name="multihomed"
rcvar="multihomed"

load_rc_config "$name"

: "${multihomed_config:=@PKG_SYSCONFDIR@/config.json}"

command="@PREFIX@/sbin/multihomed"
command_args="--config ${multihomed_config}"
extra_commands="reload configtest release"
configtest_cmd="multihomed_configtest"
release_cmd="multihomed_release"

# The service that runs says what it would do with the file.
multihomed_configtest()
{
	"@PREFIX@/bin/multihomectl" plan "${multihomed_config}"
}

# Gives back everything that the service owns in the system; it must be stopped.
multihomed_release()
{
	# shellcheck disable=SC2086 # several words
	"${command}" ${rc_flags} ${command_args} --release
}

run_rc_command "$1"
