import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launch, settingsFor } from '../test/crash/server.ts'
import { type Product, startProduct } from '../test/harness.ts'

/** A command does what was typed or says what is wrong with it and what to do next; nothing that was typed is passed over. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

const openabha = (...typed: readonly string[]) =>
  launch(process.execPath, ['bin/openabha.mjs', ...typed], settingsFor(join(product.folder, 'operator'))).ended
const fileFor = (name: string): string => join(product.folder, name)
const startSomethingElse = async () => {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Something else</h1>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, port, close: () => server.close() }
}
/** Exit status 1, one line, about this command and not about a start. */
const refused = async (typed: readonly string[], words: RegExp): Promise<void> => {
  const { code, stdout, stderr } = await openabha(...typed)
  assert.deepEqual([code, stdout], [1, ''], stderr)
  assert.match(stderr, words)
  assert.doesNotMatch(stderr, /cannot start|Error|\n./)
}

test('the usage goes to the output when it is asked for, with exit status 0', async () => {
  const all = await openabha('help')
  assert.deepEqual([all.code, all.stderr], [0, ''])
  for (const command of [
    'start',
    'emulator [--lenient] [--without-phr-app]',
    'sandbox load <file> [address]',
    'client webhook <id> <url>',
  ])
    assert.ok(all.stdout.includes(`openabha ${command}\n`), all.stdout)
  for (const asked of ['-h', '--help']) assert.deepEqual(await openabha(asked), all)
  for (const [typed, form] of [
    [['start', '--help'], 'openabha start'],
    [['doctor', '-h'], 'openabha doctor [--json]'],
    [['replay', '--help'], 'openabha replay [--compare [--lenient]] <folder>'],
    [['sandbox', 'save', '-h'], 'openabha sandbox save <file> [address]'],
    [['client', 'add', 'somebody', '--help'], 'openabha client add <id>'],
    [['client', '-h'], 'openabha client add <id>'],
  ] as const) {
    const { code, stdout, stderr } = await openabha(...typed)
    assert.deepEqual([code, stderr], [0, ''])
    assert.equal(stdout.split('\n')[0], `Usage: ${form}`)
    assert.ok(stdout.length < all.stdout.length)
  }
})

test('what strips types is loaded by the first command only; later ones find everything in the cache', async () => {
  const tells =
    'data:text/javascript,process.on("exit",()=>console.error(process.moduleLoadList.join().includes("amaro")))'
  const settings = { ...settingsFor(product.folder), TMPDIR: fileFor('cache') }
  mkdirSync(settings.TMPDIR)
  const loads = async () =>
    (await launch(process.execPath, ['--import', tells, 'bin/openabha.mjs', 'version'], settings).ended).stderr.trim()
  assert.equal(await loads(), 'true')
  assert.equal(await loads(), 'false')
})

test('a word that a command does not take is named, with the usage of that command, and nothing is done', async () => {
  const file = fileFor('never.json')
  for (const [typed, problem, form] of [
    [['client', 'add', 'clinic', 'extra'], 'openabha client add does not take "extra".', 'client add <id>'],
    [
      ['client', 'token', 'clinic', '--for-ever'],
      'openabha client token does not take "--for-ever".',
      'client token <id>',
    ],
    [
      ['client', 'webhook', 'clinic', 'none', 'x'],
      'openabha client webhook does not take "x".',
      'client webhook <id> <url>',
    ],
    [
      ['sandbox', 'save', file, product.origin, 'x'],
      'openabha sandbox save does not take "x".',
      'sandbox save <file> [address]',
    ],
    [['sandbox', 'save'], 'openabha sandbox save needs <file>.', 'sandbox save <file> [address]'],
    [
      ['sandbox', 'forget', file],
      'openabha sandbox must be followed by one of save, load, not by "forget".',
      'sandbox save <file> [address]',
    ],
    [['start', 'now'], 'openabha start does not take "now".', 'start'],
    [
      ['emulator', '--strict'],
      'openabha emulator does not take "--strict".',
      'emulator [--lenient] [--without-phr-app]',
    ],
    [['doctor', 'who'], 'openabha doctor does not take "who".', 'doctor [--json]'],
    [['replay', 'one', 'two'], 'openabha replay does not take "two".', 'replay [--compare [--lenient]] <folder>'],
    [
      ['replay', 'one', '--lenient'],
      'openabha replay takes --lenient only with --compare.',
      'replay [--compare [--lenient]] <folder>',
    ],
    [['version', 'x'], 'openabha version does not take "x".', 'version'],
    [['dance'], 'openabha has no command "dance".', 'start'],
  ] as const) {
    const { code, stdout, stderr } = await openabha(...typed)
    assert.deepEqual([code, stdout], [2, ''], stderr)
    assert.deepEqual(stderr.split('\n').slice(0, 3), [problem, '', `Usage: openabha ${form}`])
  }
  assert.ok(!existsSync(file) && !existsSync(fileFor('operator')))
})

test('what is wrong with a file, an address or a server is said by sandbox save and load', async () => {
  const file = fileFor('world.json')
  assert.equal((await openabha('sandbox', 'save', file, product.origin)).code, 0)
  const missing = fileFor('missing.json')
  await refused(
    ['sandbox', 'load', missing, product.origin],
    /There is no file .*missing\.json\. Save a world first: openabha sandbox save/,
  )
  await refused(['sandbox', 'load', product.folder, product.origin], /is a folder\. Name a file\./)
  await refused(['sandbox', 'save', join(missing, 'x'), product.origin], /There is no folder for .*Make it/)
  writeFileSync(fileFor('letter.txt'), 'Dear friend')
  await refused(
    ['sandbox', 'load', fileFor('letter.txt'), product.origin],
    /letter\.txt is no saved sandbox: it is not JSON\. Load a file that openabha sandbox save has written\./,
  )
  await refused(
    ['sandbox', 'save', fileFor('letter.txt'), product.origin],
    /letter\.txt is there already and is no saved sandbox\. Name another file, or remove this one first\./,
  )
  assert.equal(readFileSync(fileFor('letter.txt'), 'utf8'), 'Dear friend')
  assert.equal((await openabha('sandbox', 'save', file, product.origin)).code, 0, 'an older save is written over')

  const other = await startSomethingElse()
  try {
    for (const action of ['save', 'load']) {
      const { host } = new URL(product.origin)
      for (const address of action === 'save' ? [host, 'localhost:8080', 'http://'] : ['127.0.0.1', 'ftp://127.0.0.1'])
        await refused(
          ['sandbox', action, file, address],
          /is no address of a server\. Write it with http:\/\/, for example http:\/\/\w/,
        )
      await refused(['sandbox', action, file, other.origin], /is no OpenABHA sandbox \(status 200\)\. Give the address/)
    }
  } finally {
    other.close()
  }
  for (const action of ['save', 'load'])
    await refused(
      ['sandbox', action, file, other.origin],
      /No server answers at http:\S+\. Start the sandbox \(npm start\), or give the address/,
    )
})

test('a file with a key that is not known, or of a newer version, is refused by name and changes nothing', async () => {
  const file = fileFor('good.json')
  await openabha('sandbox', 'save', file, product.origin)
  const state = JSON.parse(readFileSync(file, 'utf8'))
  for (const [wrong, words] of [
    [{ ...state, session: [] }, /session is no key of a saved sandbox/],
    [{ ...state, version: 2 }, /version is 2, which a newer OpenABHA has saved/],
    [{ version: 1 }, /clock, faults, world is missing/],
  ] as const) {
    writeFileSync(fileFor('wrong.json'), JSON.stringify(wrong))
    await refused(['sandbox', 'load', fileFor('wrong.json'), product.origin], words)
  }
  assert.deepEqual((await product.send('GET', '/sandbox/v1/state')).body, state)
})

test('what is wrong with the folder of a replay, or its port, is said', async () => {
  const empty = fileFor('empty')
  mkdirSync(empty)
  writeFileSync(fileFor('a-file'), '')
  for (const option of [[], ['--compare']]) {
    await refused(['replay', ...option, fileFor('nowhere')], /There is no folder .*nowhere\. Name the folder/)
    await refused(['replay', ...option, fileFor('a-file')], /a-file is no folder\. Name the one/)
    await refused(['replay', ...option, empty], /empty holds no cassettes\. Name the folder/)
  }
  const folder = fileFor('cassettes')
  mkdirSync(folder)
  const cassette = { operation: 'gateway.session', method: 'POST', path: '/sessions', status: 200 }
  const rest = { requestHeaders: {}, responseHeaders: {}, responseForm: 'empty' }
  writeFileSync(join(folder, '000001-gateway.session.json'), JSON.stringify({ ...cassette, ...rest }))
  const holder = await startSomethingElse()
  const settings = settingsFor(product.folder, { PORT: String(holder.port) })
  const { code, stderr } = await launch(process.execPath, ['bin/openabha.mjs', 'replay', folder], settings).ended
  holder.close()
  assert.equal(code, 1)
  assert.match(stderr, /^openabha replay: port \d+ is in use\. .*: PORT=\d+ openabha replay \S+cassettes\n$/)
})

test('a small command loads nothing of the server', () => {
  const importsOf = (name: string) =>
    [...readFileSync(new URL(name, import.meta.url), 'utf8').matchAll(/^import (?!type ).*from '(.+)'/gm)].map(
      ([, from]) => from,
    )
  const own = (name: string) => importsOf(name).filter((from) => from?.startsWith('.'))
  assert.deepEqual(own('./main.ts'), [])
  assert.deepEqual(own('./run.ts'), ['./command-line.ts'])
  assert.deepEqual([...own('./command-line.ts'), ...own('./sandbox-state.ts')], [])
})

test('a load and a save of a sandbox wait for no HTTP client of Node’s', async () => {
  const file = fileFor('swift.json')
  const told = 'process.on("exit",()=>console.log(process.moduleLoadList.join("\\n")))'
  for (const action of ['save', 'load']) {
    const typed = ['bin/openabha.mjs', 'sandbox', action, file, product.origin]
    const settings = settingsFor(join(product.folder, 'operator'))
    const { code, stdout } = await launch(
      process.execPath,
      ['--import', `data:text/javascript,${told}`, ...typed],
      settings,
    ).ended
    assert.equal(code, 0)
    assert.match(stdout, /NativeModule net$/m)
    assert.doesNotMatch(stdout, /undici|_http_client/)
  }
})

test('an answer that breaks off is no world, and nothing is written', async () => {
  const broken = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' })
    response.write('{"world":{}}', () => response.destroy())
  })
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve))
  const { port } = broken.address() as AddressInfo
  const file = fileFor('broken.json')
  await refused(['sandbox', 'save', file, `http://127.0.0.1:${port}`], /No server answers at http:/)
  broken.close()
  assert.ok(!existsSync(file))
})
