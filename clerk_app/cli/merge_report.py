"""What `clerk catalogue merge` says: the one thing as JSON and in words."""

from __future__ import annotations

from typing import Any

from clerk_app.domain.merged_parts import MergedField, MergedMaterial, Product
from clerk_app.domain.needs import LicenceUse
from clerk_app.domain.one_thing import Count, OneThing, Step

_LICENCES: dict[LicenceUse, str] = {True: "免提交（电子证照）", "partly": "仅部分部门接受电子证照", False: ""}


def body(one: OneThing) -> dict[str, Any]:
    """The keys of the contract, and beside them the questions, the site checks, the fees and who needs what."""
    return {
        "package": one.package.code,
        "name": one.package.name,
        "matters": [step.matter.code for step in one.steps],
        "departments": list(one.departments),
        "fields": {
            **_count(one.field_count),
            "sourced": one.sourced,
            "brought": one.brought,
            "filled": one.filled,
            "typed": one.field_count.after - one.sourced,
            "list": [_field(item) for item in one.fields],
            "produced": [_product(item) for item in one.products if item.is_field],
        },
        "materials": {
            **_count(one.material_count),
            "list": [_material(item) for item in one.materials],
            "produced": [_product(item) for item in one.products if not item.is_field],
        },
        "days": {"serial": one.days.serial, "parallel": one.days.parallel, "promised": one.days.promised},
        "visits": _count(one.visit_count),
        "order": [list(level) for level in one.order],
        "steps": [_step(step) for step in one.steps],
        "dropped": [{"matter": item.matter, "reason": item.reason} for item in one.dropped],
        "situations": [
            {
                "code": item.code,
                "question": item.question,
                "choices": list(item.choices),
                "answer": one.answers.get(item.code),
            }
            for item in one.situations
        ],
        "site_checks": {**_count(one.site_check_count), "together": [list(visit) for visit in one.site_checks]},
        "fees": [
            {"for": code, "name": fee.name, "amount": str(fee.amount), "reducible": fee.reducible}
            for code, fee in one.fees
        ],
    }


def text(result: dict[str, Any]) -> str:
    """The same in words, for a person."""
    fields, materials, days = result["fields"], result["materials"], result["days"]
    lines = [
        f"{result['package']} {result['name']}：{len(result['matters'])} 个事项，{len(result['departments'])} 个部门",
        f"次序：{' → '.join(' '.join(level) for level in result['order'])}",
        f"表单要素 {fields['before']} → {fields['after']}（其中 {fields['sourced']} 项有来源）",
        f"材料 {materials['before']} → {materials['after']}",
        f"时限 {days['serial']} → {days['promised']}（并联最长 {days['parallel']}）",
        f"跑动 {result['visits']['before']} → {result['visits']['after']} 次",
    ]
    lines += [f"  {item['code']} {item['name']}　{_material_words(item)}" for item in materials["list"]]
    lines += [
        f"  {item['code']} {item['name']}　由前序事项产生（{'、'.join(item['by'])}）" for item in materials["produced"]
    ]
    lines += [f"联合踏勘：{' '.join(visit)}" for visit in result["site_checks"]["together"]]
    lines += [
        f"情形：{item['question']}（{' / '.join(item['choices'])}）{item['answer'] or '未答'}"
        for item in result["situations"]
    ]
    return "\n".join(lines)


def _material_words(item: dict[str, Any]) -> str:
    words = [f"用于 {' '.join(item['for'])}", f"{item['copies']} 份"]
    words += ["可容缺"] if item["deferrable"] else []
    words += ["可告知承诺"] if item["promise"] else []
    words += [] if item["required"] else ["非必要"]
    return "，".join(filter(None, (*words, _LICENCES[item["e_licence"]])))


def _count(count: Count) -> dict[str, int]:
    return {"before": count.before, "after": count.after}


def _field(item: MergedField) -> dict[str, Any]:
    return {
        "code": item.field.code,
        "label": item.field.label,
        "type": item.field.type,
        "group": item.group,
        "for": list(item.needed_by),
        "awaited_by": list(item.awaited_by),
        "required": item.field.required,
        "conditional": item.field.when is not None,
        "sources": [source.text for source in item.sources],
    }


def _material(item: MergedMaterial) -> dict[str, Any]:
    need = item.need
    return {
        "code": need.code,
        "name": need.name,
        "for": list(item.needed_by),
        "awaited_by": list(item.awaited_by),
        "required": need.required,
        "conditional": need.situational,
        "deferrable": need.deferrable,
        "defer_days": need.defer_days if need.deferrable else None,
        "promise": need.promise,
        "e_licence": need.e_licence,
        "by_card": need.by_card,
        "original": need.original,
        "copies": need.copies,
        "paper_required": need.paper_required,
    }


def _product(item: Product) -> dict[str, Any]:
    return {"code": item.code, "name": item.name, "by": list(item.brought_by), "for": list(item.awaited_by)}


def _step(step: Step) -> dict[str, Any]:
    return {
        "matter": step.matter.code,
        "name": step.matter.name,
        "department": step.matter.department_short,
        "level": step.level,
        "after": list(step.after),
        "begins": step.begins,
        "ends": step.ends,
        "legal": step.matter.legal.days,
        "promised": step.matter.promised.days,
        "optional": step.optional,
        "certain": step.certain,
        "awaits": [*step.awaited_materials, *step.awaited_fields],
    }
