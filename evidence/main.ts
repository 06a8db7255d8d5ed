import { parseArgs } from 'node:util'
import { writeEvidence } from '../chaos/evidence.ts'
import { runHarness } from '../scripts/lib/harness.ts'
import { writeFrame } from './frame.ts'
import type { Part } from './part.ts'
import { PARTS } from './parts.ts'

const USAGE = `npm run evidence [-- ${PARTS.map(({ name }) => name).join(' | ')}] [--times N] [--frame]`
const MOST_TIMES = 10_000
const say = (line: string): void => console.log(line)

interface Choice {
  readonly parts: readonly Part[]
  /** How many times as many attempts as usual. */
  readonly times: number
  readonly isFrameOnly: boolean
}

function readTimes(text: string): number {
  const times = Number(text)
  if (/^\d+$/.test(text) && times >= 1 && times <= MOST_TIMES) return times
  throw new Error(`--times is a whole number from 1 to ${MOST_TIMES}.`)
}

function readChoice(): Choice {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { frame: { type: 'boolean', default: false }, times: { type: 'string', default: '1' } },
  })
  const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name))
  if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}.`)
  const parts = PARTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  return { parts, times: readTimes(values.times), isFrameOnly: values.frame }
}

/** Runs one part and says what was wrong or missed; what it found is written down when nothing was wrong. */
async function runPart(part: Part, times: number): Promise<readonly string[]> {
  const startedMs = performance.now()
  const { claims, positiveControl, wrong, missed = [] } = await part.run(times)
  for (const { claim, count, result } of claims) say(`  ${claim}: ${count}: ${result}`)
  for (const fault of wrong) console.error(`  WRONG ${fault}`)
  for (const target of missed) console.error(`  MISSED ${target}`)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  say(
    `${part.name}: ${wrong.length === 0 ? 'sound' : `${wrong.length} faults`}${missed.length === 0 ? '' : `, ${missed.length} targets missed`} after ${seconds} s`,
  )
  if (wrong.length > 0) return wrong
  await writeEvidence({
    name: part.name,
    title: part.title,
    command: `npm run evidence -- ${part.name}${times === 1 ? '' : ` --times ${times}`}`,
    source: part.source,
    claims,
    positiveControl,
  })
  return missed
}

/** Runs the chosen parts, and says whether nothing was wrong or missed. */
async function run({ parts, times, isFrameOnly }: Choice): Promise<boolean> {
  let faults = 0
  for (const part of isFrameOnly ? [] : parts) {
    say(`${part.name}: ${part.title}`)
    faults += (await runPart(part, times)).length
  }
  await writeFrame()
  return faults === 0
}

await runHarness({ usage: USAGE, read: readChoice, run })
