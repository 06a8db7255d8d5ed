import { atLeast, atMost } from '../benchmark.ts'
import type { Benchmark, BenchmarkContext, Claim } from '../benchmark.ts'
import { startChild } from '../http/child.ts'
import type { Child } from '../http/child.ts'
import type { EngineOrder, Loaded } from '../kernel/engine-process.ts'
import { ENGINE_NAMES, ENGINES } from '../kernel/engines.ts'
import type { EngineName } from '../kernel/engines.ts'
import { median, medianRatio, spread } from '../statistics.ts'
import { figure } from '../words.ts'

const RIVALS = [
  { name: 'casl', times: 10 },
  { name: 'casbin', times: 1000 },
  { name: 'cedar', times: 1000 },
] as const
const MOST_NANOSECONDS = 50

interface SizeResult {
  readonly links: number
  readonly nanoseconds: Readonly<Record<EngineName, number[]>>
  readonly mismatches: number
  readonly verified: number
}

const engineProcess = (): Child =>
  startChild(new URL('../kernel/engine-process.ts', import.meta.url), ['--max-old-space-size=6000'])

async function measureSize(context: BenchmarkContext, links: number): Promise<SizeResult> {
  const verify = context.isQuick ? 2000 : 65_536
  const nanoseconds: Record<EngineName, number[]> = {
    resolved: [],
    looked_up: [],
    casl: [],
    casbin: [],
    cedar: [],
  }
  const children = new Map(ENGINE_NAMES.map((name) => [name, engineProcess()]))
  let [mismatches, verified] = [0, 0]
  try {
    for (const [name, child] of children) {
      context.say(`${links.toLocaleString('en')} links: loading ${ENGINES[name].title}`)
      const loaded = await child.ask<Loaded>({ load: name, links, verify } satisfies EngineOrder)
      mismatches += loaded.mismatches
      verified += loaded.verified
      await child.ask<number>({ round: true } satisfies EngineOrder)
    }
    for (let round = 0; round < (context.isQuick ? 3 : 7); round += 1) {
      for (const [name, child] of children)
        nanoseconds[name].push(await child.ask<number>({ round: true } satisfies EngineOrder))
    }
  } finally {
    await Promise.all([...children.values()].map((child) => child.stop()))
  }
  return { links, nanoseconds, mismatches, verified }
}

function claimsOf({ links, nanoseconds, mismatches, verified }: SizeResult): Claim[] {
  const size = `${links.toLocaleString('en')} links`
  const own = median(nanoseconds.resolved)
  return [
    {
      requirement: 'P3',
      what: `one check, ${size}`,
      measured: `${figure(own)} ns`,
      target: `≤ ${MOST_NANOSECONDS} ns`,
      isMet: atMost(own, MOST_NANOSECONDS),
    },
    ...RIVALS.map(({ name, times }) => {
      const ratio = medianRatio(nanoseconds[name], nanoseconds.resolved)
      return {
        requirement: 'P3',
        what: `times faster than ${ENGINES[name].title.split(/[ ,]/, 1).join('')}, ${size}`,
        measured: `${figure(ratio)}×`,
        target: `≥ ${times.toLocaleString('en')}×`,
        isMet: atLeast(ratio, times),
      }
    }),
    {
      requirement: 'P3',
      what: `answers that differ from the reference, ${size}`,
      measured: `${mismatches} of ${verified.toLocaleString('en')}`,
      target: '0',
      isMet: mismatches === 0,
    },
  ]
}

/** What one permission check costs, beside the engines that one might use instead. */
export const benchmark: Benchmark = {
  name: 'kernel',
  title: 'Permission check',
  async run(context) {
    const sizes: SizeResult[] = []
    for (const links of context.isQuick ? [10_000] : [10_000, 1_000_000])
      sizes.push(await measureSize(context, links))
    return {
      method:
        'The delegation permissions and link roles of the product, 1,000 partners, one link in ten ended, one in a hundred with a grant and a deny (half of them wildcards). 65,536 random questions, one in ten about a tenant without a link; before anything is timed, every engine answers them like a reference that reads the table of the specification with string comparison. Equal masks are compiled once. Each engine in a process of its own; processor time of the thread, median of the rounds.',
      table: {
        columns: ['Engine', ...sizes.map(({ links }) => `ns per check, ${links.toLocaleString('en')} links`)],
        rows: ENGINE_NAMES.map((name) => [
          ENGINES[name].title,
          ...sizes.map(({ nanoseconds }) => figure(median(nanoseconds[name]))),
        ]),
      },
      claims: sizes.flatMap(claimsOf),
      baselineSpread: Math.max(...sizes.map(({ nanoseconds }) => spread(nanoseconds.resolved))),
    }
  },
}
