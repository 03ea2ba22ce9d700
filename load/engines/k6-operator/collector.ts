import type { RunnerOrder } from './runner-order.ts';

/** How long runners may take to be there, in seconds: images are pulled, nodes are added. */
const START_WITHIN_S = 900;
/** Beyond what the load itself takes, in seconds. */
const END_WITHIN_S = 300;

/** The shell script that keeps what the runners of an export write: POSIX sh, kubectl, and nothing else. Pure. */
export function collectorOf({ name, namespace, parallelism, k6 }: RunnerOrder): string {
  const loadS = k6.warmupS + k6.durationS + 2 * k6.drainS;
  return `#!/bin/sh
# Made by greenlight load export. Keeps what the ${parallelism} runners of ${name} write, from their start to their end.
# Start it right after kubectl create: the kubelet throws old lines of a log away (at 10 MiB, unless it was told
# otherwise), so whoever reads a log at its end has lost its beginning.
set -u
umask 077
NAMESPACE='${namespace}'
NAME='${name}'
RUNNERS=${parallelism}
START_WITHIN_S=\${START_WITHIN_S:-${START_WITHIN_S}}
END_WITHIN_S=\${END_WITHIN_S:-${Math.ceil(loadS) + END_WITHIN_S}}
POLL_S=\${POLL_S:-3}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
folder="$here/runners"
partial="$here/runners.incomplete"
followers=''

say() { printf 'collect: %s\\n' "$1" >&2; }
fail() {
  say "$1"
  say "$partial is not complete; nothing can be judged by it"
  exit 1
}
stop_followers() { for follower in $followers; do kill "$follower" 2>/dev/null; done; }
trap stop_followers EXIT
trap 'say "interrupted; $partial is not complete"; exit 130' INT TERM HUP

kube() { kubectl --namespace "$NAMESPACE" "$@"; }
# One answer of the API server; three attempts, because one that gets lost is no reason to lose the load.
ask() {
  attempt=1
  until kube "$@" 2>"$partial/kubectl-error"; do
    if [ "$attempt" -ge 3 ]; then
      cat "$partial/kubectl-error" >&2
      return 1
    fi
    attempt=$((attempt + 1))
    sleep "$POLL_S"
  done
}
now() { date +%s; }

command -v kubectl >/dev/null 2>&1 || { say 'kubectl is not on the PATH'; exit 1; }
if [ -e "$folder" ]; then say "$folder is there already; it is not replaced"; exit 1; fi
if [ -e "$partial" ]; then say "$partial is there from an attempt that did not end; remove it first"; exit 1; fi
mkdir "$partial" || { say "$partial cannot be made"; exit 1; }

# 1. Follow the log of each runner from its first line. Runners are paused until all of them are there.
late=$(($(now) + START_WITHIN_S))
runner=1
while [ "$runner" -le "$RUNNERS" ]; do
  pod=''
  while [ -z "$pod" ]; do
    pods=$(ask get pods --selector "job-name=$NAME-$runner" --output \\
      'jsonpath={range .items[*]}{.metadata.name}={.status.phase} {end}') ||
      fail "kubectl does not tell the pods of runner $runner"
    # shellcheck disable=SC2086
    set -- $pods
    [ "$#" -le 1 ] || fail "runner $runner has $# pods: $pods"
    case "\${1:-}" in
    *=Running | *=Succeeded | *=Failed) pod=\${1%%=*} ;;
    *)
      stage=$(ask get testrun "$NAME" --output 'jsonpath={.status.stage}') ||
        fail "kubectl does not tell of the TestRun $NAME"
      [ "$stage" != error ] ||
        fail "the operator refused the TestRun; see: kubectl --namespace $NAMESPACE logs job/$NAME-initializer"
      [ "$(now)" -lt "$late" ] ||
        fail "runner $runner did not start within $START_WITHIN_S s (\${1:-it has no pod}); see: kubectl --namespace $NAMESPACE describe pods --selector k6_cr=$NAME"
      sleep "$POLL_S"
      ;;
    esac
  done
  printf '%s\\n' "$pod" >"$partial/runner-$runner.pod"
  kube logs --follow --container k6 "pod/$pod" >"$partial/runner-$runner.log" 2>"$partial/runner-$runner.follow" &
  followers="$followers $!"
  say "following runner $runner of $RUNNERS ($pod)"
  runner=$((runner + 1))
done

# 2. Wait for the end of each Job. That the TestRun is "finished" says nothing about them.
late=$(($(now) + END_WITHIN_S))
runner=1
while [ "$runner" -le "$RUNNERS" ]; do
  while :; do
    conditions=$(ask get job "$NAME-$runner" --output \\
      'jsonpath={range .status.conditions[*]}{.type}={.status} {end}') ||
      fail "kubectl does not tell of the Job $NAME-$runner"
    case " $conditions" in *' Complete=True '* | *' Failed=True '*) break ;; esac
    [ "$(now)" -lt "$late" ] || fail "the Job $NAME-$runner did not end within $END_WITHIN_S s"
    sleep "$POLL_S"
  done
  runner=$((runner + 1))
done

# 3. The rest of each log; a follower that hangs is ended.
late=$(($(now) + 60))
for follower in $followers; do
  while kill -0 "$follower" 2>/dev/null; do
    if [ "$(now)" -ge "$late" ]; then
      kill "$follower" 2>/dev/null
      break
    fi
    sleep 1
  done
  wait "$follower" 2>/dev/null
done
followers=''

# 4. How each runner ended. Where following broke off, what is left of the log is read once more: the judge counts.
runner=1
while [ "$runner" -le "$RUNNERS" ]; do
  pod=$(cat "$partial/runner-$runner.pod") || fail "the name of runner $runner's pod was lost"
  if ! grep -q '^greenlight-summary ' "$partial/runner-$runner.log"; then
    say "the log of runner $runner broke off; reading it again"
    ask logs --container k6 "pod/$pod" >"$partial/runner-$runner.log" || fail "the log of runner $runner cannot be read"
  fi
  ask get job "$NAME-$runner" --output json >"$partial/runner-$runner.job.json" || fail "the Job of runner $runner cannot be read"
  ask get pod "$pod" --output json >"$partial/runner-$runner.pod.json" || fail "the pod of runner $runner cannot be read"
  runner=$((runner + 1))
done

rm -f "$partial/kubectl-error"
printf '{"schema":"greenlight/k6-runners@1","name":"%s","runners":%s}\\n' "$NAME" "$RUNNERS" >"$partial/collected.json" ||
  fail 'collected.json cannot be written'
mv "$partial" "$folder" || fail "$folder cannot be made"
say "all $RUNNERS runners are in $folder; now: greenlight load judge $here"
`;
}
