set role liaison_owner;

-- Another delegation than that of the order, under which its partner made it dearer: what it costs counts for both.
alter table service_order add column raised_by_delegation_id uuid;

reset role;
