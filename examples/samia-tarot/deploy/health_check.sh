#!/bin/sh
# The health check of D0 to D7, every five minutes, from /etc/cron.d/samia-health-checks:
#   */5 * * * * app flock --nonblock /tmp/samia-health.lock /opt/samia-tarot/deploy/health_check.sh
# Says nothing while all is well, so that cron mails only what somebody has to read. SAMIA_HOME is the folder of the plan;
# greenlight.env in it has the secrets, lines NAME=value, mode 600.
set -u
cd "${SAMIA_HOME:-/opt/samia-tarot}" || exit 20
set -a
. ./greenlight.env
set +a
output=$(node_modules/.bin/greenlight run --phase synthetic --output greenlight-synthetic 2>&1)
code=$?
[ "$code" -eq 0 ] || printf '%s\n' "$output"
exit "$code"
