import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'

/** The fault of a field that has to be filled in and is not; nothing when it is. */
export function missing(field: string, label: string, isThere: boolean): FormError[] {
  return isThere ? [] : [{ field, text: t('field.missing', { field: label }) }]
}
