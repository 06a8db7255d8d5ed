set role liaison_owner;

-- The clock renews, begins and reminds of nothing of a partner whose work has ended for good, nor of a closed organisation.
grant select (status) on partner, tenant to liaison_job;

reset role;
