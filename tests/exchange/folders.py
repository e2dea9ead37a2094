"""A small school as a folder of CSV files, and ways to spoil it."""

import csv
from pathlib import Path

SCHOOL = 9900907
FILES = {
    "institutions": [
        "code,name,short_name,kind,town,municipality,region",
        f"{SCHOOL},Основно училище „Проба“,ОУ „Проба“,основно,Пробно,Пробно,Пробно",
    ],
    "grade_levels": ["id,name,roman,description", "1,1,I,първи клас", "3,3,III,трети клас", "7,7,VII,седми клас"],
    "calendar": [
        "school_year,family,applies_to,start_limit,start,term1_end,term2_start,end,end_limit",
        "2025,school,всички,2025-09-15,2025-09-15,2026-01-31,2026-02-06,2026-06-30,2026-09-14",
    ],
    "class_groups": [
        "id,institution,school_year,grade_level,name,display_name,parent_id,kind,class_type,is_combined,shift",
        f"10,{SCHOOL},2025,7,7 a,7 А,,class,Общообразователна,0,",
        f"11,{SCHOOL},2025,7,7 a,7 А,10,class,Общообразователна,0,",
        f"20,{SCHOOL},2025,,1 3,1 3,,class,Общообразователна,1,",
        f"21,{SCHOOL},2025,1,1 3,1 3,20,class,Общообразователна,1,",
        f"22,{SCHOOL},2025,3,1 3,1 3,20,class,Общообразователна,1,",
    ],
    "subjects": ["id,name,short_name", "1,Математика,Математика", "2,Час на класа,ЧК"],
    "curriculum": [
        "id,institution,school_year,group_no,subject_id,subject_type_id,subject_type,plan_part,weeks_term1,hours_term1,weeks_term2,hours_term2,parent_id,is_valid",
        f"100,{SCHOOL},2025,,1,101,ООП,ЗУЧ,18,2.5,16,2.5,,1",
        f"101,{SCHOOL},2025,,2,40,...,Часове извън учебния план,18,1,16,1,,1",
        f"200,{SCHOOL},2025,,1,101,ООП,ЗУЧ,18,1,16,1,,1",
        f"201,{SCHOOL},2025,,2,40,...,Часове извън учебния план,18,1,16,1,,1",
    ],
    "curriculum_classes": [
        "curriculum_id,class_group_id,is_valid",
        "100,10,1",
        "101,10,1",
        "200,20,1",
        "201,20,1",
    ],
    "staff": [
        "id,person_id,institution,position_code,position,first_name,middle_name,last_name,gender",
        f'600,500,{SCHOOL},1345-6002,"Директор, училище",Дора,Петрова,Колева,f',
        f'601,501,{SCHOOL},2330-5004,"Учител, прогимназиален етап",Юлия,Щерева,Жекова,f',
        f'602,501,{SCHOOL},2341-5002,"Учител, начален етап",Юлия,Щерева,Жекова,f',
        f"603,503,{SCHOOL},9112-1001,Чистач/Хигиенист,Вяра,,Димова,f",
    ],
    "curriculum_teachers": [
        "curriculum_id,staff_id,valid_from,valid_to,is_valid",
        "100,601,2025-09-01,,1",
        "101,601,2025-09-01,,1",
        "200,602,2025-09-01,,1",
        "201,602,2025-09-01,,1",
    ],
    "students": [
        "student_id,first_name,middle_name,last_name,gender",
        "1001,Анна,Петрова,Желева,f",
        "1002,Борис,Иванов,Костов,m",
        "1003,Ваня,Иванова,Костова,f",
        "1004,Гошо,,Минков,m",
    ],
    "guardians": [
        "guardian_id,student_id,relation,first_name,middle_name,last_name,gender",
        "9001,1001,майка,Мария,Георгиева,Желева,f",
        "9002,1002,баща,Иван,Иванов,Костов,m",
        "9003,1003,баща,Иван,Иванов,Костов,m",
        "9004,1004,баба,Стана,Пенева,Минкова,f",
    ],
    "enrolments": [
        "student_id,institution,school_year,class_group_id,class_id,number,status",
        f"1001,{SCHOOL},2025,11,10,1,1",
        f"1002,{SCHOOL},2025,11,10,2,1",
        f"1003,{SCHOOL},2025,21,20,1,1",
        f"1004,{SCHOOL},2025,22,20,,2",
    ],
    "shift_hours": ["shift,days,hour_no,start,end", "Първа смяна,1-7,1,07:30,08:10", "Първа смяна,1-7,2,08:20,09:00"],
    "schedule": [
        "school_year,curriculum_id,class_group_id,week,weekday,hour_no,valid_from,valid_to",
        "2025,100,10,all,1,1,2025-09-15,2026-01-31",
        "2025,100,10,all,2,1,2025-09-15,2026-01-31",
        "2025,100,10,A,3,1,2025-09-15,2026-01-31",
        "2025,101,10,all,5,2,2025-09-15,2026-01-31",
        "2025,200,20,all,1,2,2025-09-15,2026-01-31",
    ],
}


class Folder:
    """One school's folder; `lines` are its files before they are written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = {name: list(lines) for name, lines in FILES.items()}

    def add(self, name: str, *lines: str) -> "Folder":
        self.lines[name] += lines
        return self

    def without_column(self, name: str, column: str) -> "Folder":
        rows = list(csv.reader(self.lines[name]))
        place = rows[0].index(column)
        self.lines[name] = [",".join(f'"{cell}"' for n, cell in enumerate(row) if n != place) for row in rows]
        return self

    def set(self, name: str, line: int, column: str, value: str) -> "Folder":
        """Change a cell; the header is line 1, as people count."""
        rows = list(csv.reader(self.lines[name]))
        rows[line - 1][rows[0].index(column)] = value
        self.lines[name][line - 1] = ",".join(f'"{cell}"' for cell in rows[line - 1])
        return self

    def remove(self, name: str, line: int) -> "Folder":
        del self.lines[name][line - 1]
        return self

    def write(self) -> Path:
        self.path.mkdir(parents=True, exist_ok=True)
        for name, lines in self.lines.items():
            (self.path / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        return self.path
