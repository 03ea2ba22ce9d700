/** Commands that answer with Greenlight's exit code. */
const GATE_COMMAND = /\bgreenlight(?:\.js|\.ts|@[\w.^~-]+)?["']?\s+(?:run|verify|judge|merge)\b/;

export function runsGate(text: string): boolean {
  return GATE_COMMAND.test(text);
}

/** Takes traffic back: what only a NO_GO may start. */
export function takesBack(text: string): boolean {
  return /roll[-_ ]?back|\brollout\s+undo\b|\babort\b|\brevert\b|swap.*--action\s+reset|stop-deployment/i.test(
    text,
  );
}

/** Brings traffic to the new system: what only a GO may start. */
export function movesOn(text: string): boolean {
  return /\bpromot|cut[-_]?over|switch[-_]?(?:traffic|over)|shift[-_]?traffic|go[-_]?live|deployment slot swap|set-weight|\bswitch\.sh\b/i.test(
    text,
  );
}

/** Programs that end with the exit code of the command which they are given. */
const PASSING_ON = new Set(
  (
    'npx npm pnpm pnpx yarn bun bunx node tsx ts-node deno env command exec builtin time timeout nice ionice nohup ' +
    'stdbuf setsid sudo doas su gosu su-exec chroot flock dumb-init tini xvfb-run docker podman nerdctl kubectl oc ' +
    'ssh heroku vault doppler op aws-vault infisical dotenv cross-env direnv nix mise asdf dbus-run-session corepack'
  ).split(' '),
);

/** Whether the program hands on the exit code of what stands behind it, or is Greenlight itself. */
export function passesOn(program: string): boolean {
  const name = program.split('/').at(-1) ?? program;
  return /^greenlight(?:\.js|\.ts|@.*)?$/.test(name) || PASSING_ON.has(name);
}

/** Shells that run a text: `sh -c '…'`. */
export function isShell(program: string): boolean {
  return /^(?:.*\/)?(?:ba|da|k|z|a)?sh$/.test(program);
}

/** What may run in a trap whatever the answer was: it clears up, and moves nothing. */
export function clearsUp(program: string): boolean {
  return /^(?:rm|rmdir|kill|wait|echo|printf|true|:|cd|popd|umount|unset|trap|set|docker|podman|exit|return|cat|tee|date|logger|stty|tput|sleep)$/.test(
    program.split('/').at(-1) ?? program,
  );
}

/** Only says something, and is never the gate whatever it says. */
export function onlySays(program: string): boolean {
  return /^(?:echo|printf|log|logger|warn|say|info|error|git|cat|tee)$/.test(program);
}
