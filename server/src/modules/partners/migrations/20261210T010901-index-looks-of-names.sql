-- Whether another partner looks the same is asked on every page on which a tenant decides.
create index concurrently if not exists partner_look on partner (private.look_of(name));
