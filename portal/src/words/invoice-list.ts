/** The words of lists of invoices. */
export const invoiceList = {
  'invoice.search': 'Find an invoice',
  'invoice.ageing': 'Overdue for',
  'invoice.overdue_from': '{days, plural, one {# day} other {# days}} or more',
  'invoice.sum_title': 'Outstanding, {currency}',
  'invoice.sum_overdue': '{amount} overdue',
  'invoice.sum_billed': '{amount} billed, {count, plural, one {1 invoice} other {{counted} invoices}}',
  'invoice.none': 'No invoices',
  'invoice.caption': 'Invoices',
}
