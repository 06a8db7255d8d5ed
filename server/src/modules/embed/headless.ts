import type { FastifyRequest } from 'fastify'
import type { Database } from '#platform/database.ts'
import { showForm } from '#platform/resolvers/resolver-of-form.ts'
import type { ShownForm } from '#platform/resolvers/resolver-of-form.ts'
import { isAllowedOrigin } from '#platform/allowed-origins.ts'

const PUBLIC_ID = /^frm_[0-9A-Za-z]{16}$/

/** The form of this public key; null where there is none, or none that is shown. */
export async function findForm(database: Database, publicId: string): Promise<ShownForm | null> {
  return PUBLIC_ID.test(publicId) ? showForm(database, publicId) : null
}

/** The origin that may call for this form from a page of its own; null for every other. */
export function headlessOrigin(form: ShownForm | null, { headers }: FastifyRequest): string | null {
  const { origin } = headers
  const isAllowed =
    form !== null && form.is_headless && origin !== undefined && isAllowedOrigin(origin, form.allowed_origins)
  return isAllowed ? origin : null
}
