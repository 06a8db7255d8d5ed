import './referrals-words.ts'
import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'

export type CodeDraft = {
  code: string
  label: string
  campaign: string
  page: string
  limit: string
  until: string
}

export const blankCode: CodeDraft = { code: '', label: '', campaign: '', page: '', limit: '', until: '' }

/** What is wrong with a draft, field by field. */
export function checkCode({ code, page, limit }: CodeDraft): FormError[] {
  const found: FormError[] = []
  if (code !== '' && !/^[A-Za-z0-9]{4,24}$/.test(code))
    found.push({ field: 'code', text: t('code_form.code_wrong') })
  if (page !== '' && !/^https:\/\/\S+$/.test(page))
    found.push({ field: 'page', text: t('code_form.page_wrong') })
  if (limit !== '' && !/^[1-9]\d{0,5}$/.test(limit))
    found.push({ field: 'limit', text: t('code_form.limit_wrong') })
  return found
}

/** The body of the call; what is empty is left out. The last day counts whole, in UTC. */
export function toCodeBody(draft: CodeDraft) {
  return {
    ...(draft.code !== '' && { code: draft.code }),
    ...(draft.label.trim() !== '' && { label: draft.label.trim() }),
    ...(draft.campaign.trim() !== '' && { campaign: draft.campaign.trim() }),
    ...(draft.page !== '' && { destination_url: draft.page }),
    ...(draft.limit !== '' && { usage_limit: Number(draft.limit) }),
    ...(draft.until !== '' && { expires_at: `${draft.until}T23:59:59Z` }),
  }
}
