import { readFileSync } from 'node:fs'
import type { JSONWebKeySet } from 'jose'
import { expect, test } from 'vitest'
import { createGuard, GuardError } from './index.ts'

interface Vectors {
  readonly now: string
  readonly issuer: string
  readonly audience: string
  readonly jwks: JSONWebKeySet
  readonly cases: readonly {
    readonly name: string
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly expected: {
      readonly status: number
      readonly code?: string
      readonly error?: string
      readonly access?: string
    }
  }[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../tests/vectors/guard.json', import.meta.url), 'utf8'),
) as Vectors

test.each(vectors.cases.map((vector) => [vector.name, vector] as const))(
  'the published request "%s" is answered as published (A15)',
  async (_, { expected, ...request }) => {
    const { issuer, audience, jwks, now } = vectors
    const guard = createGuard({ issuer, audience, jwks, clock: () => new Date(now) })
    const answer = await guard.verify(request).then(
      ({ access }) => ({ status: 200, access }),
      (error: unknown) => {
        if (!(error instanceof GuardError)) throw error
        return { status: error.status, code: error.code, ...(error.error && { error: error.error }) }
      },
    )
    expect(answer).toEqual(expected)
  },
)
