// Runs before every npm command, on whatever Node started npm (20.17 or later), so it stays plain JavaScript.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR = 24
const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}node_modules/.setup-lock`

/** @returns {string} what the installed packages must correspond to: the lock file and this kind of machine. */
function readWanted() {
  const lock = createHash('sha256').update(readFileSync(`${root}package-lock.json`))
  return `${lock.digest('hex')} ${process.platform} ${process.arch}`
}

/** @returns {boolean} whether npm brings a suitable Node to this kind of machine. */
function hasNodePackage() {
  const { optionalDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const system = process.platform === 'win32' ? 'win' : process.platform
  return `node-${system}-${process.arch}` in optionalDependencies
}

function requireNode() {
  const major = Number(process.versions.node.split('.', 1)[0])
  if (major >= NODE_MAJOR || hasNodePackage()) return
  console.error(
    `Liaison runs on Node ${NODE_MAJOR} or later. npm has no such package for ${process.platform}-${process.arch}, ` +
      `and the Node in the path is ${process.versions.node}. Install Node ${NODE_MAJOR} (https://nodejs.org) and start again.`,
  )
  process.exit(1)
}

function install() {
  console.log('Installing the locked packages (once, and whenever package-lock.json changes) ...')
  // npm says where it and its own Node live; outside npm its name has to do.
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  const [command, args] = npm && node ? [node, [npm]] : ['npm', []]
  const options = {
    cwd: root,
    stdio: 'inherit',
    shell: command === 'npm' && process.platform === 'win32',
  }
  const { status, error } = spawnSync(command, [...args, 'ci', '--loglevel=error'], options)
  if (error) console.error(`npm could not be started: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

requireNode()
const wanted = readWanted()
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  install()
  writeFileSync(stamp, wanted)
}
