import type { Mandate } from './mandate.ts'

type Exporting = Mandate<'portfolio' | 'acting' | 'program' | 'tenant' | 'platform'>

/** As many organisations as a line names. */
const MOST_NAMED = 3

/**
 * Who took a file out, for whom, and in which organisations of others: whoever finds the file later knows. The person may be
 * another one than the mandate's, as of a file that was ordered before. Source: experience.md, "The acting-as frame".
 */
export function tellExporter(mandate: Exporting, person: string, actingIn: readonly string[] = []): string {
  const by = `Exported by ${person}`
  if (mandate.kind === 'platform') return `${by}, for the provider`
  if (mandate.kind === 'tenant') return `${by}, ${mandate.tenant.name}`
  const all = mandate.kind === 'acting' ? [mandate.tenant.name] : actingIn
  const places = all.length > MOST_NAMED ? [`${all.length} organisations`] : all
  const acting = places.length === 0 ? '' : `, acting in ${places.join(', ')}`
  return `${by}, ${mandate.partner.name}${acting}`
}
