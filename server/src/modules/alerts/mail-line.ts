import { z } from 'zod'

/** One notice for one reader, as the database hands it out. */
export const MailLine = z.object({
  notice_id: z.string(),
  owner: z.string(),
  digest: z.enum(['none', 'hourly', 'daily']),
  created_at: z.date(),
  is_current: z.boolean(),
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string(),
  message: z.string(),
  tenant_name: z.string().nullable(),
  audience: z.enum(['partner', 'tenant', 'provider']),
  area: z.enum(['sla', 'billing', 'access']),
  partner_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
  person_id: z.string().nullable(),
  email: z.string().nullable(),
})

export type MailLineValues = z.output<typeof MailLine>
