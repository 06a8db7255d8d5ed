import { z } from 'zod'

/** One notice that waits, as the database hands it out. */
export const MailLine = z.object({
  notice_id: z.string(),
  /** All notices of one place have the same readers. */
  place: z.string(),
  created_at: z.date(),
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string(),
  message: z.string(),
  tenant_name: z.string().nullable(),
  audience: z.enum(['partner', 'tenant', 'provider']),
  area: z.enum(['sla', 'billing', 'access']),
  partner_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
})

export type MailLineValues = z.output<typeof MailLine>
