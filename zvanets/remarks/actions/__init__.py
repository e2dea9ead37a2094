"""What is done in the room: one file a noun."""

from zvanets.remarks.actions.remarks import (
    NewRemark,
    remark_fact,
    remark_students,
    withdraw_remark,
    write_remarks,
)

__all__ = ["NewRemark", "remark_fact", "remark_students", "withdraw_remark", "write_remarks"]
