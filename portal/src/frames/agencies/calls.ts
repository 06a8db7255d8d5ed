import { readBody, readTagged } from '@liaison/client'

import { useRead } from '../../platform/query.ts'

/** One agency with the tag that a change of it must present. */
export function useAgency(agencyId: string) {
  return useRead(['agency', agencyId], (frame, signal) =>
    readTagged(
      frame.client.GET('/tenant/agencies/{agency_id}', { params: { path: { agency_id: agencyId } }, signal }),
    ),
  )
}

/** One form with the tag that a change of it must present. */
export function useForm(formId: string) {
  return useRead(['agency-form', formId], (frame, signal) =>
    readTagged(
      frame.client.GET('/tenant/forms/{form_id}', { params: { path: { form_id: formId } }, signal }),
    ),
  )
}

/** What a form issues and says, with what it could issue, and the tag of both. */
export function useFormConfig(formId: string) {
  return useRead(['agency-form-config', formId], (frame, signal) =>
    readTagged(
      frame.client.GET('/tenant/forms/{form_id}/config', { params: { path: { form_id: formId } }, signal }),
    ),
  )
}

/** The tokens of a form; read again while somebody waits for a first visit. */
export function useFormTokens(formId: string, refetchMs?: number) {
  return useRead(
    ['agency-form-tokens', formId],
    (frame, signal) =>
      readBody(
        frame.client.GET('/tenant/forms/{form_id}/tokens', { params: { path: { form_id: formId } }, signal }),
      ),
    refetchMs === undefined ? {} : { refetchMs },
  )
}

/** What happened on a form in four weeks. */
export function useFormActivity(formId: string, refetchMs?: number) {
  return useRead(
    ['agency-form-activity', formId],
    (frame, signal) =>
      readBody(
        frame.client.GET('/tenant/forms/{form_id}/activity', {
          params: { path: { form_id: formId } },
          signal,
        }),
      ),
    refetchMs === undefined ? {} : { refetchMs },
  )
}

/** What people call a type of voucher; its code until that is known. */
export function useTypeLabels(): (code: string) => string {
  const types = useRead(['voucher-types'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/voucher-types', { signal })),
  )
  const labels = new Map(types.data?.items.map(({ code, label }) => [code, label]))
  return (code) => labels.get(code) ?? code
}
