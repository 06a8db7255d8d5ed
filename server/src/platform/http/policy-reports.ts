import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const PATH = '/policy-reports'

/** A report is a few hundred bytes; a browser may send some of them together. */
const BODY_LIMIT_BYTES = 16_384

/** Reports as the Reporting API sends them, and as browsers do that know only `report-uri` (Content Security Policy Level 3, section 5). */
const Reports = z.union([
  z
    .array(
      z.object({
        type: z.string(),
        body: z.object({ effectiveDirective: z.string().optional() }).optional(),
      }),
    )
    .max(100)
    .transform((reports) =>
      reports
        .filter(({ type }) => type === 'csp-violation')
        .map(({ body }) => body?.effectiveDirective ?? 'other'),
    ),
  z
    .object({
      'csp-report': z.object({
        'effective-directive': z.string().optional(),
        'violated-directive': z.string().optional(),
      }),
    })
    .transform(({ 'csp-report': report }) => [
      report['effective-directive'] ?? report['violated-directive'] ?? 'other',
    ]),
])

/** The directives of our policies; a metric has no label that its sender invents. */
const DIRECTIVES = new Set([
  'base-uri',
  'connect-src',
  'default-src',
  'font-src',
  'form-action',
  'frame-ancestors',
  'frame-src',
  'img-src',
  'require-trusted-types-for',
  'script-src',
  'script-src-attr',
  'script-src-elem',
  'style-src',
  'style-src-attr',
  'style-src-elem',
  'trusted-types',
  'worker-src',
])

const nameOf = (directive: string): string => {
  const [name = ''] = directive.split(' ', 1)
  return DIRECTIVES.has(name) ? name : 'other'
}

/**
 * The header fields of a document with scripts, which tells us when its policy stopped something (ASVS 3.4.7). No text becomes
 * markup or code there (Trusted Types, reliability.md section 9), but what the one named policy of our own script lets through.
 */
export function reportedPolicy(policy: string, trustedTypes = `'none'`): Readonly<Record<string, string>> {
  const noTextAsCode = `require-trusted-types-for 'script'; trusted-types ${trustedTypes}`
  return {
    'Content-Security-Policy': `${policy}; ${noTextAsCode}; report-uri ${PATH}; report-to policy`,
    'Reporting-Endpoints': `policy="${PATH}"`,
  }
}

/**
 * Counts what policies of documents stopped, by directive. Nothing else of a report is kept: addresses hold names and
 * searches, and whoever opens the page can make one up.
 */
export async function takePolicyReports(
  app: FastifyInstance,
  onStopped: (directive: string) => void,
): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      ['application/reports+json', 'application/csp-report'],
      { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES },
      (_request, text, done) => done(null, text),
    )
    scope.post(
      PATH,
      {
        config: {
          access: { public: 'Browsers report by themselves, with nothing that says who they are.' },
          counting: 'page',
        },
      },
      async ({ body }, reply) => {
        const text = typeof body === 'string' ? body : ''
        const reports = Reports.safeParse(readJson(text))
        for (const directive of reports.data ?? []) onStopped(nameOf(directive))
        // Whoever sends nonsense learns nothing of it either.
        return reply.code(204).send()
      },
    )
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
