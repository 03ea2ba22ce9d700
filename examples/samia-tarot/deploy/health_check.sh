#!/bin/sh
# The health check of D0 to D7, every five minutes, from /etc/cron.d/samia-health-checks:
#   */5 * * * * app /opt/samia-tarot/deploy/health_check.sh
# Says nothing while all is well and as before, so that cron mails only what somebody has to read; whom else it tells stands
# in plan/notify.mts. A start that finds another run on the target is recorded as skipped. SAMIA_HOME is the folder of the
# plan; greenlight.env in it has the secrets, lines NAME=value, mode 600.
set -u
cd "${SAMIA_HOME:-/opt/samia-tarot}" || exit 20
set -a
. ./greenlight.env
set +a
exec node_modules/.bin/greenlight synthetic
