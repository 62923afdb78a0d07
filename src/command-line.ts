/** The command line: what there is to type, and what is wrong with what was typed. */

type Command = {
  /** In the order in which they are typed; one in square brackets may be left out. */
  readonly takes: readonly string[]
  readonly options: readonly string[]
  /** An option that means nothing without another. */
  readonly goesWith?: Readonly<Record<string, string>>
  readonly does: string
}

const commands = {
  start: {
    takes: [],
    options: [],
    does: 'serve the API (the default; settings come from the environment, see README.md)',
  },
  emulator: {
    takes: [],
    options: ['--lenient', '--without-phr-app'],
    does: `serve only the ABDM V3 emulator, for other V3 clients (PORT, default 8090); with --lenient: a field
sealed with the other of ABDM's two keys is opened too; with --without-phr-app: the PHR app service refuses the
client, as NHA's does until it has enabled it`,
  },
  doctor: {
    takes: [],
    options: ['--json'],
    does: 'say step by step whether everything is in order, and what to do; exit status 1 when something is not',
  },
  replay: {
    takes: ['<folder>'],
    options: ['--compare', '--lenient'],
    goesWith: { '--lenient': '--compare' },
    does: `serve recorded exchanges with ABDM offline (PORT, default 8090); with --compare: print where the
emulator would have answered differently, exit status 1 if anywhere; --compare --lenient: the lenient one`,
  },
  'sandbox save': {
    takes: ['<file>', '[address]'],
    options: [],
    does: 'keep the world of a running sandbox in a file (http://127.0.0.1:8080 by default)',
  },
  'sandbox load': {
    takes: ['<file>', '[address]'],
    options: [],
    does: 'bring such a world back, in the place of the one that is there',
  },
  'client add': { takes: ['<id>'], options: [], does: 'make an API client; its secret is shown once' },
  'client token': { takes: ['<id>'], options: [], does: 'make a long-lived token for a client; it is shown once' },
  'client sharing-key': {
    takes: ['<id>'],
    options: [],
    does: "make a key with which other clients act in this client's workspace; it is shown once",
  },
  'client webhook': {
    takes: ['<id>', '<url>'],
    options: [],
    does: `set where a client's events go (https), with a fresh signing key; "none" takes it away`,
  },
  migrate: {
    takes: [],
    options: [],
    does: `bring the tables of DATABASE_URL up to date, and say from which version; a start does so by itself, if its user
may make tables`,
  },
  'db move': {
    takes: ['<from>', '<to>'],
    options: [],
    does: `copy all that a database holds into an empty one, both written as in DATABASE_URL, and compare them; stop the
servers first; a move that was interrupted goes on when it is started again`,
  },
  version: { takes: [], options: [], does: 'print the version' },
  help: { takes: [], options: [], does: 'print this; after a command, --help prints what is about that one' },
} as const satisfies Record<string, Command>

export type CommandName = keyof typeof commands
const table: Readonly<Record<CommandName, Command>> = commands
const names = Object.keys(commands) as CommandName[]

export type CommandLine =
  | { readonly command: CommandName; readonly given: readonly string[]; readonly options: readonly string[] }
  | { readonly help: string }
  | { readonly problem: string; readonly usage: string }

const formOf = (name: CommandName): string => {
  const { takes, options, goesWith = {} } = table[name]
  const shown = (option: string): string =>
    `[${[option, ...options.filter((other) => goesWith[other] === option).map(shown)].join(' ')}]`
  return [name, ...options.filter((option) => !goesWith[option]).map(shown), ...takes].join(' ')
}

/** Of one command, of a group such as `client`, or of all. */
const usageOf = (wanted: readonly CommandName[]): string => {
  const width = Math.max(...wanted.map((name) => name.length)) + 2
  const lines = wanted.map(
    (name) => `  ${name.padEnd(width)}${table[name].does.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`,
  )
  const forms = wanted.map((name) => `openabha ${formOf(name)}`)
  return `Usage: ${forms.join('\n       ')}\n\n${lines.join('\n')}`
}

const isHelp = (word: string): boolean => word === '-h' || word === '--help'

export const readCommandLine = (typed: readonly string[]): CommandLine => {
  const [first = 'start', second = ''] = typed
  if (isHelp(first) || first === 'help') return { help: usageOf(names) }
  const group = names.filter((name) => name === first || name.startsWith(`${first} `))
  if (group.length === 0) return { problem: `openabha has no command "${first}".`, usage: usageOf(names) }
  const command = group.find((name) => name === first || name === `${first} ${second}`)
  const usage = usageOf(command ? [command] : group)
  if (typed.some(isHelp)) return { help: usage }
  if (!command) {
    const follows = group.map((name) => name.slice(first.length + 1)).join(', ')
    const problem = `openabha ${first} must be followed by one of ${follows}${second && `, not by "${second}"`}.`
    return { problem, usage }
  }
  const rest = typed.slice(command.split(' ').length)
  const options = rest.filter((word) => word.startsWith('-'))
  const given = rest.filter((word) => !word.startsWith('-'))
  const { takes, options: known, goesWith = {} } = table[command]
  const foreign = options.find((option) => !known.includes(option)) ?? given[takes.length]
  if (foreign !== undefined) return { problem: `openabha ${command} does not take "${foreign}".`, usage }
  const alone = options.find((option) => goesWith[option] !== undefined && !options.includes(goesWith[option]))
  if (alone) return { problem: `openabha ${command} takes ${alone} only with ${goesWith[alone]}.`, usage }
  const missing = takes.slice(given.length).find((name) => name.startsWith('<'))
  if (missing) return { problem: `openabha ${command} needs ${missing}.`, usage }
  return { command, given, options }
}
