/** The words of the page of one invoice. */
export const oneInvoice = {
  'invoice.account': 'Billing account',
  'invoice.subtotal': 'Net',
  'invoice.tax': 'Tax',
  'invoice.paid': 'Paid',
  'invoice.paid_on': 'Paid on',
  'invoice.facts': 'Invoice',
  'invoice.amounts': 'Amounts',
  'invoice.payments': 'Payments',
  'invoice.payments_withheld': 'Your role here does not include payments.',
  'invoice.no_payments': 'Nothing was paid on it yet.',
  'invoice.id': 'Id',
}
