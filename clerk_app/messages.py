"""Codes to sentences: what happened, and the next step. Used by the command line, the window and the hub.

A sentence says that nothing is lost only where that is true. `{placeholders}` are filled from the error's data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clerk_app.errors import ClerkError


@dataclass(frozen=True, slots=True)
class Message:
    """One plain sentence and what to do next; `next_step` is never empty."""

    code: str
    sentence: str
    next_step: str

    def line(self) -> str:
        """Both in one line, as the command line prints them."""
        return f"{self.sentence}{self.next_step}"


_SENTENCES: dict[str, tuple[str, str]] = {
    # what the clerk can put right
    "not_yet": ("本版还没有这项功能。", "草稿已保留，请按现行办法办理。"),
    "wrong_password": ("密码不对。", "请重新输入；连续 5 次不对会锁定 15 分钟。"),
    "unknown_clerk": ("本机没有这个工号。", "请核对工号，或请系统管理员在本机添加。"),
    "weak_password": ("密码太简单。", "请用至少 10 位，且含大写、小写、数字、符号中的三种。"),
    "locked_out": ("密码多次不对，已锁定，还剩 {minutes} 分钟。", "请等锁定结束再试，重启电脑不会缩短时间。"),
    "no_store": ("这个文件夹里没有本机记录。", "请先运行 clerk init 建立，或用 --data 指定正确的文件夹。"),
    "store_exists": ("这个文件夹里已经有本机记录，没有改动它。", "请换一个文件夹，或直接登录。"),
    "not_enrolled": (
        "本机还没有登记到平台，不能办理真实业务。",
        "请先运行 clerk enrol 登记文件；练习请用 --practice 另建。",
    ),
    "already_enrolled": ("本机已经登记过，没有改动。", "要换平台请用新的文件夹重新建立。"),
    "practice_store": ("这是练习用的记录，不能登记，也不能上传。", "正式使用请用新的文件夹重新建立。"),
    "bad_enrolment_file": ("登记文件损坏或不是登记文件，没有改动。", "请向平台管理员重新索取登记文件。"),
    "not_signed_in": ("还没有登录。", "请先登录。"),
    "no_such_case": ("没有找到这个办件编号。", "请核对 22 位编号后再试。"),
    "no_document_number": ("证件号码读不到或不完整，没有查询。", "请重新读取证件，或按办件编号查询。"),
    "case_elsewhere": (
        "这个办件是别的窗口办的，本机没有；现在没有网络，调不到。",
        "请等网络恢复后再按编号调取，或请原窗口办理。",
    ),
    "case_elsewhere.not_arrived": (
        "平台上还没有这个办件。",
        "请核对编号；编号没错就是原窗口还没有上传，请稍后再调取。",
    ),
    "case_elsewhere.other_platform": (
        "这个办件的大厅不在本平台上，这里查不到。",
        "请核对编号；编号没错就请群众到原大厅，或电话联系原大厅。",
    ),
    "no_such_notice": ("没有找到这个告知书编号。", "请核对 20 位编号；还是不对，请按纸上的事项名称选事项（F3）。"),
    "notice_elsewhere": (
        "这张告知书是别的窗口给的，本机没有；现在没有网络，打不开。",
        "请按纸上的事项名称选事项（F3），材料照纸上的收。",
    ),
    "notice_elsewhere.not_arrived": (
        "平台上还没有这张告知书。",
        "请核对编号；编号没错，请按纸上的事项名称选事项（F3），材料照纸上的收。",
    ),
    "notice_elsewhere.other_platform": (
        "这张告知书是别的大厅给的，这里打不开。",
        "请按纸上的事项名称选事项（F3），材料照纸上的收。",
    ),
    "no_such_draft": ("这份草稿已经不在了。", "请到办件列表查看是否已经收件。"),
    "no_such_package": ("目录里没有套餐 {package}。", "请核对套餐代码，例：PK01。"),
    "not_optional": (
        "{matter} 不是套餐 {package} 的自选事项，不能不办。",
        "请只写自选事项的代码，或用情形的回答来取舍。",
    ),
    "bad_answers": ("回答文件 {file} 不能用。", "请写成 JSON：情形或要素的代码到回答。"),
    "catalogue_damaged": (
        "本机的事项目录（{version} 版）坏了或不见了。",
        "请联网同步或重新导入目录；草稿和办件都没有受影响。",
    ),
    "bad_published": ("平台签发的新目录没有采用：{reason}。", "现在用的目录没有变，可以照常办理；请告诉平台管理员。"),
    "version_taken": ("版本号 {version} 已经用过，内容不一样。", "请换一个版本号再导入；现在用的目录没有变。"),
    "no_such_version": ("本机没有 {version} 版的目录。", "请导入或同步这一版，或者重新选择事项办理。"),
    "notice_texts_elsewhere": (
        "这份告知书是按 {version} 版目录写的，本机没有这一版，不能照原样补打。",
        "请到原来的窗口补打，或者按现在的目录重新告知一次。",
    ),
    "case_texts_elsewhere": (
        "这件是按 {version} 版目录收的，本机没有这一版，不能照原样打印，也不能登记结果。",
        "请联网同步后再试；同步后还没有，请到原来的窗口办。",
    ),
    "no_such_matter": ("目录里没有这个事项。", "请按 F3 重新选择事项。"),
    "incomplete": ("还差 {count} 项：{items}。", "请补齐后再办；草稿已保留。"),
    "not_present": ("这个事项必须本人到场，本人不在场不能受理。", "请约本人到场，或预约上门服务；草稿已保留。"),
    "expired_document": ("证件已过有效期，这个事项不能用过期证件办理。", "请先换领证件；草稿已保留。"),
    "missing_glyph": ("“{characters}”没有可用的字形，纸上会印不出来。", "请联系维护人员补字库；草稿已保留。"),
    "unlawful_step.licence_none": ("证照库里没有这份证照。", "请收纸质材料；草稿已保留。"),
    "unlawful_step.licence_expired": ("证照库里的这份证照已过有效期。", "请收纸质材料；草稿已保留。"),
    "unlawful_step.licence_revoked": (
        "证照库里的这份证照已经注销或挂失。",
        "请收纸质材料，并和申请人核对；草稿已保留。",
    ),
    "unlawful_step": ("现在的状态不能做这一步，什么都没有改变。", "请看办件经过，确认状态后再办。"),
    "unlawful_step.too_many_parked": ("已经挂起了 5 位，不能再挂。", "请先办完一位，再挂起。"),
    "unlawful_step.visit_parked": ("这一位已经挂起。", "请先按数字接着办。"),
    "unlawful_step.matters_open": ("还有事项没有结果。", "请先给每个事项一个结果（F10）。"),
    "unlawful_step.receive_only": ("这个事项在本窗口只能收件，不能受理。", "请按 F10 选 2 收件待审；草稿已保留。"),
    "unlawful_step.seal_not_at_hand": ("印章不在手，不能受理。", "请按 F10 选 2 收件待审；草稿已保留。"),
    "unlawful_step.another_matter": ("目录换了新版，这份草稿是旧版的。", "请按 F3 重新选这个事项；草稿已保留。"),
    "unlawful_step.material_state": ("这份材料不能这样处理。", "请从列出的选项中选；什么都没有改变。"),
    "unlawful_step.no_such_conflict": (
        "这个冲突已经处理过，或现在不能这样处理，没有改动。",
        "请重新打开这个办件，看最新经过。",
    ),
    "unlawful_step.not_done_hall": ("这一项不在大厅办。", "请按 F7 打一次性告知书，上面有办理地点和电话。"),
    "unlawful_step.not_done_mobile": ("这一项不在流动办事厅办。", "请约到大厅办；现在可以按 F7 打一次性告知书。"),
    "unlawful_step.not_done_home": ("这一项不上门办。", "请约到大厅办；现在可以按 F7 打一次性告知书。"),
    "unlawful_step.nothing_to_consent": ("现在没有要问同意的内容。", "请接着办；什么都没有改变。"),
    "unlawful_step.fixed_by_card": (
        "证件芯片读出的这一项不能改。",
        "证件已换新的，请读新证（F2）；证件上有错，请先到发证机关更正。",
    ),
    "unlawful_step.fixed_by_computed": ("这一项是按别的回答算出来的。", "请改它依据的那一项，它会跟着变。"),
    "unlawful_step.change_without_reason": ("改证件、证照读出的内容要写明理由。", "请写一句申请人说的理由。"),
    "unlawful_step.not_changed": ("这一项没有改过。", "不用改回；什么都没有改变。"),
    "unlawful_step.not_filled": ("这一项不是自动填的。", "请直接在表单里填写。"),
    "bad_answer": ("“{element}”这样填不行：{fault}。", "请核对后再填；什么都没有改变。"),
    "unlawful_step.not_a_file_element": ("这一项不是附文件的。", "请在表单里选要附文件的那一项。"),
    "unlawful_step.role_not_asked": ("这张表单不用这个人的证件。", "请重新选这是谁的证件。"),
    "unlawful_step.child_not_optional": ("这个子事项是必办的，不能去掉。", "请只去掉自选的子事项。"),
    "unlawful_step.no_children": ("按现在的回答，这个一件事里没有要办的事项。", "请核对情形的回答，或改选单个事项。"),
    "unlawful_step.notice_missing": ("还没有给告知书。", "请按 F7 打印一次性告知书，再办结。"),
    "unlawful_step.supervisor_missing": ("告知书上没有的材料，要负责人同意才能加。", "请负责人输入工号，并写明理由。"),
    "unlawful_step.on_the_notice": ("这份材料已经在告知书上了，不用再加。", "请照告知书收；什么都没有改变。"),
    "unlawful_step.nothing_deferred": ("没有缺的材料，不用容缺。", "请按 F10 选 1 受理。"),
    "unlawful_step.not_deferred": ("这份材料不在容缺清单里，或者已经补交。", "请看办件经过，核对材料。"),
    "unlawful_step.appeal_incomplete": ("还差必填的一项，没有登记。", "请写明为什么没办成、谁来承办和期限。"),
    "unlawful_step.appeal_faulty": ("有一项不对，没有登记。", "请核对办件编号和次数，每项最多 500 字。"),
    "unlawful_step.appeal_not_open": ("这一件已经有办理结果了。", "请看经过；要改，请在回访时写“没有解决”。"),
    "unlawful_step.appeal_not_handled": ("这一件还没有办理结果，不能回访。", "请先登记办理结果。"),
    "unlawful_step.not_granted": ("这一项还没有办成，没有结果可以登记。", "请等部门决定；什么都没有改变。"),
    "unlawful_step.result_registered": ("结果已经登记过了。", "登错了，请用“更正”；原来登的会留在经过里。"),
    "unlawful_step.result_empty": ("结果里什么都没有写。", "请照发出的证照填编号。"),
    "unlawful_step.result_faulty": ("结果里有一项不对，没有登记。", "请照发出的证照再核对一遍。"),
    "unlawful_step.reason_missing": ("要写一句原因。", "请按 F10 再选一次，写上申请人说的原因。"),
    "needs_upgrade": ("这条记录由新版本写入，本版只能查看。", "请升级后处理。"),
    "bad_file": ("这个文件不能用：{reason}。", "请核对文件后再试。"),
    "bad_result_data": ("结果的内容不能用。", "请核对 --brings 或 --brings-file 再试；什么都没有登记。"),
    "bad_result_data.both": (
        "--brings 和 --brings-file 只能写一个。",
        "有个人信息的请只用 --brings-file；什么都没有登记。",
    ),
    "bad_result_data.unreadable": ("内容文件读不出来。", "请核对文件的位置和权限；什么都没有登记。"),
    "bad_result_data.not_json": (
        "内容文件不是 UTF-8 的 JSON 对象，或者是空的，或者同一个键写了两次。",
        "请从键到文字逐项写，都加引号，每个键一次；什么都没有登记。",
    ),
    "bad_result_data.item": (
        "内容文件里的“{key}”不能用：键用小写字母、数字和下划线，内容是 1 到 200 字的文字。",
        "请改好这一项再试；什么都没有登记。",
    ),
    "bad_parcel": ("这个交接文件不能用，什么都没有改变。", "请核对文件后再试。"),
    "bad_parcel.foreign": ("这不是窗口通的交接文件，什么都没有改变。", "请选另一台电脑用窗口通写到 U 盘上的文件。"),
    "bad_parcel.newer": ("这个交接文件由新版本导出，什么都没有改变。", "请升级后再导入。"),
    "bad_parcel.damaged": ("交接文件不完整或被改动，什么都没有改变。", "请在原来的电脑上重新导出，那里的内容都在。"),
    "bad_parcel.own": ("这是本机导出的文件，不用在本机导入。", "请拿到平台或另一台联网的电脑上导入。"),
    "bad_parcel.not_handover": (
        "这是回执文件，不是交接文件，什么都没有改变。",
        "请在原来的电脑上导入。",
    ),
    "bad_parcel.not_return": ("这是交接文件，不是回执文件，什么都没有改变。", "请核对文件后再试。"),
    "bad_parcel.other_hub": ("这个文件属于另一个平台，什么都没有改变。", "请核对是哪个平台的文件。"),
    "bad_parcel.other_device": ("这是给设备 {device} 的回执，什么都没有改变。", "请拿到那台电脑上导入。"),
    "bad_parcel.unknown_device": ("平台不认识导出这个文件的设备，没有收下。", "请核对设备登记；原来的电脑里内容都在。"),
    "bad_parcel.other_key": ("登记这个设备号的是另一台电脑，没有收下。", "请核对设备登记；原来的电脑里内容都在。"),
    "bad_parcel.bad_secret": ("导出设备的登记文件和平台对不上，没有收下。", "请核对设备登记；原来的电脑里内容都在。"),
    "bad_parcel.revoked": ("导出这个文件的设备已停用，没有收下。", "请把文件交给平台管理员。"),
    "bad_parcel.recovery_needed": (
        "这个文件由被停用的设备导出，要用恢复私钥才能打开，什么都没有改变。",
        "请平台管理员在放恢复私钥的地方用 clerk-hub import --recovery-key 导入。",
    ),
    "bad_parcel.not_for_us": (
        "这个交接文件不是给这里的，打不开，什么都没有改变。",
        "请核对是哪个平台、哪台设备的文件。",
    ),
    "no_return": ("还没有可以带回的回执。", "请等这台电脑和平台同步后再写回执。"),
    "no_such_cargo": ("本机没有这份代送的交接文件。", "请先看一下代送的情况。"),
    "bad_catalogue": ("事项目录有 {count} 处不对：{first}。", "请按提示改好再用，现在用的目录没有变。"),
    "bad_port": ("设备端口写法不对：{port}。", "请写成 /dev/ttyUSB0、COM3 或 socket://主机:端口。"),
    "bad_profile": ("评价器配置不能用：{profile}。", "请用 ff68，或核对配置文件。"),
    "rating_open": ("正在请群众评价，现在不能测试评价器。", "请等评价结束再测试。"),
    # devices
    "card_not_found": ("没有读到证件。", "请把身份证平放在读卡器上再试。"),
    "card_not_lifted": ("上一次读的证件还放在读卡器上。", "请先取走，再放上要读的证件。"),
    "card_not_read": ("证件没有读成。", "请移开证件，重新放好再读。"),
    "card_not_genuine": ("读卡器不能确认这张证件。", "证件可能无效，请人工核验。"),
    "wrong_card": ("这不是居民身份证。", "请换居民身份证，或改为手工录入。"),
    "reader_self_test_failed": ("读卡器自检失败。", "请拔下重插；还不行请联系维护人员。"),
    "reader_not_licensed": ("读卡器没有授权。", "请联系维护人员更换读卡器。"),
    "device_failed": ("设备出错了。", "请拔下重插后再试。"),
    "device_not_found": ("没有找到设备。", "请检查连线和端口，插好后会自动恢复。"),
    "device_gone": ("设备断开了。", "请重新插好，会自动恢复。"),
    "device_silent": ("设备没有回应。", "请检查电源和连线后再试。"),
    "device_garbled": ("设备的回应看不懂。", "请核对端口和型号后再试。"),
    "device_busy": ("设备正被别的程序占用。", "请关闭占用它的程序后再试。"),
    "device_not_permitted": ("没有打开设备端口的权限。", "请让维护人员把当前用户加入串口设备的用户组。"),
    "print_failed": ("没有打印成功，文件还在队列里。", "请检查打印机后按 F8 重新打印。"),
    "font_damaged": ("字体文件 {file} 缺失或损坏，印不出文书。", "请重新安装窗口通；办件都在，装好后按 F8 重新打印。"),
    "printer_not_found": ("没有找到打印机 {printer}，文件还在队列里。", "请检查名称和连线，接好后按 F8 重新打印。"),
    "printer_offline": ("打印机 {printer} 已停用或连不上，文件还在队列里。", "请检查电源和连线，恢复后会再打印。"),
    "printer_silent": ("打印系统没有回应，不知道有没有打印。", "请看打印机是否已出纸；没有再按 F8 重新打印。"),
    "printer_refused": ("打印系统没有收下这份文件：{reason}。", "文件还在队列里，请处理后按 F8 重新打印。"),
    # the store
    "store_failed": ("本机记录出错，这一步没有办成。", "请重试；还不行请联系维护人员。"),
    "folder_locked": ("窗口通已经在用这个文件夹，这次什么都没有做。", "请先关闭已打开的窗口，再试。"),
    "disk_full": ("磁盘满了，这一步没有办成，之前的都在。", "请腾出空间后再试。"),
    "disk_failed": ("磁盘读写失败，这一步没有办成。", "请检查磁盘和文件夹权限后再试。"),
    "keys_damaged": ("密钥文件缺失或被改动，不能打开。", "请不要改动文件夹，联系维护人员用恢复钥匙处理。"),
    "store_damaged": ("本机记录损坏，不能打开。", "请不要改动文件夹，运行 clerk verify 并联系维护人员。"),
    "blob_damaged": ("一份扫描件缺失或被改动。", "请运行 clerk verify 查明，并重新扫描这份材料。"),
    "entry_damaged": (
        "有 {count} 条本机记录已损坏，没有上传；其余不受影响。",
        "请不要改动文件夹，联系维护人员核对。",
    ),
    "witness_damaged": (
        "本机记录的见证文件缺失或被改动，现在只能查看。",
        "核对原因后，运行 clerk recover 可以继续办理。",
    ),
    "store_rolled_back": ("本机记录被回退或损坏，现在只能查看。", "核对原因后，运行 clerk recover 可以继续办理。"),
    "schema_too_new": ("这份记录由更新的版本建立。", "请升级后再打开。"),
    "device_revoked": (
        "平台已停用本机{why}，未上传的 {entries} 条记录、{blobs} 份扫描件、{drafts} 份草稿封存在 {file}，没有丢失。",
        "请把这个文件交给平台管理员，本机不再办理业务。",
    ),
    "device_revoked.nothing_unsent": (
        "平台已停用本机{why}，没有未上传的内容。",
        "本机不再办理业务，请把电脑交给平台管理员。",
    ),
    "device_revoked.sealing": (
        "平台已停用本机，正在封存没有上传的内容。",
        "请稍等，不要再办理；封存好会告诉您文件在哪里。",
    ),
    # a stick
    "stick_failed": ("U 盘出错，文件没有写成或没有读出。", "请换一个 U 盘再试；本机内容都在。"),
    "stick_gone": ("读写不了 U 盘上的这个文件，U 盘可能没有插好或被拔出。", "请插好 U 盘再试；本机内容都在。"),
    "stick_unsound": ("U 盘上写的和读回来的不一样，已经删掉。", "请换一个 U 盘再写；本机内容都在。"),
    "stick_full": ("U 盘满了，没有写成，U 盘上没有留下半个文件。", "请换一个 U 盘或腾出空间再试；本机内容都在。"),
    "stick_read_only": ("U 盘不能写入，什么都没有改变。", "请关掉 U 盘的写保护，或换一个再试；本机内容都在。"),
    "stick_file_too_large": (
        "U 盘的格式放不下这么大的文件，没有写成。",
        "请换一个 exFAT 格式的 U 盘再试；本机内容都在。",
    ),
    # the platform
    "platform_failed": ("现在连不上平台，本机已保存，照常办理。", "有网后会自动上传。"),
    "platform_unreachable": ("现在连不上平台，本机已保存，照常办理。", "有网后会自动上传。"),
    "hub_not_empty": (
        "这里已经有平台的数据，没有恢复，什么都没改。",
        "请换一个只放密钥文件的文件夹，数据库也要是空的。",
    ),
    "other_hubs_keys": ("文件夹里的密钥文件不是这份备份的平台的。", "请放入备份时那个平台的 hub-keys.json 再恢复。"),
    "backup_damaged": ("这份备份不能用：{reason}。", "请换一份备份。"),
    "program_failed": ("程序 {program} 没有做成：{reason}。", "请安装 PostgreSQL 的客户端程序，核对 --db 后再试。"),
    "platform_busy": ("平台正忙，本机已保存，照常办理。", "不用做什么，轮到本机时会自动接着上传。"),
    "captive_portal": ("网络要先登录，平台没有收到任何内容。", "请先登录网络，会自动接着上传。"),
    "certificate_out_of_time": (
        "平台的证书和本机时间对不上，没有发送任何内容。",
        "请核对本机的日期和时间，会自动接着上传。",
    ),
    "certificate_out_of_time.not_yet": (
        "本机时间比平台证书的起始时间还早，可能不准，没有发送任何内容。",
        "请校准本机的日期和时间，会自动接着上传；时间没错请联系平台管理员。",
    ),
    "certificate_out_of_time.no_longer": (
        "按本机时间平台证书已经过期，没有发送任何内容。",
        "请先核对本机的日期和时间；时间没错请联系平台管理员更换证书。",
    ),
    "platform_refused": ("平台拒绝了本机：{reason}。", "本机内容都在，请联系平台管理员。"),
    "platform_refused.unknown_device": ("平台不认识本机。", "本机内容都在，请联系平台管理员重新登记。"),
    "platform_refused.other_key": ("这个登记文件已经被另一台设备用过。", "本机内容都在，请向平台管理员另要登记文件。"),
    "platform_refused.bad_secret": ("登记文件和平台对不上。", "本机内容都在，请向平台管理员重新索取登记文件。"),
    "platform_refused.bad_challenge": ("平台没有认可本机的签名。", "本机内容都在，请联系平台管理员。"),
    "platform_refused.bad_token": ("平台没有认可本机的登录。", "本机内容都在，会再试；一直这样请联系平台管理员。"),
    "platform_refused.revoked": ("本机已被平台停用。", "本机内容都在，请联系平台管理员。"),
    "platform_refused.foreign_chain": ("平台上有另一台设备用着本机的记录。", "本机内容都在，请联系平台管理员核对。"),
    "platform_refused.old_keys": ("平台出示的密钥比见过的旧，没有采信。", "本机内容都在，请联系平台管理员。"),
    "platform_refused.plain_http": ("平台地址没有加密，没有发送任何内容。", "请把地址改为 https 开头的。"),
    "platform_refused.bad_url": ("平台地址写法不对，没有发送任何内容。", "请核对地址后再试。"),
    "platform_refused.malformed": ("平台看不懂这次发送的内容，没有收下。", "本机内容都在，请联系维护人员。"),
    "platform_refused.gap": ("平台缺少前面的记录，没有收下。", "本机内容都在，会再试；一直这样请联系维护人员。"),
    "platform_refused.internal": ("平台自己出错，没有收下。", "本机内容都在，会再试；一直这样请联系平台管理员。"),
    "platform_refused.chain_hash": (
        "平台发现一段记录被改动，停收这一段，后面的照常上传。",
        "请运行 clerk verify 并联系维护人员。",
    ),
    "platform_refused.chain_signature": (
        "平台发现一段记录签名不对，停收这一段，后面的照常上传。",
        "请联系维护人员核对。",
    ),
    "platform_refused.chain_fork": (
        "本机一段记录和平台不一致，后面的会另起一段上传。",
        "两边都保留着，请联系维护人员核对。",
    ),
    "platform_refused.chain_rolled_back": (
        "本机记录比平台旧，可能放回过旧的备份。",
        "新办的会另起一段上传，请联系维护人员核对。",
    ),
    "platform_refused.store_rolled_back": ("平台有本机没有的记录，可能放回过旧的备份。", "请联系维护人员核对。"),
    "protocol_mismatch": ("本机版本和平台不能对话，内容都在本机。", "请升级后再同步。"),
    # the platform's own commands
    "no_hub": ("这个文件夹里没有平台记录。", "请用 --data 指定平台的文件夹，或先运行 clerk-hub serve。"),
    "blob_place_unknown": (
        "附件存放地址 {place} 不对。",
        "请写成 s3://桶名/前缀，或不写 --blobs，存在平台的文件夹里。",
    ),
    "extra_missing": ("这项功能要另装一组组件（{extra}）。", "请安装 window-clerk[{extra}] 后再试。"),
    "no_such_hall": ("大厅代码应为 6 位数字。", "请核对后再试。"),
    "hall_full": ("这个大厅的 999 个设备号已经用完。", "请换一个大厅代码。"),
    "no_hub_address": ("还不知道平台的地址。", "请先运行 clerk-hub serve，或用 --url 写明地址。"),
    "no_such_device": ("平台没有这台设备：{device}。", "请核对 9 位设备代码（大厅 6 位加设备 3 位）或设备名称。"),
    "no_such_device.several": ("有几台设备都叫 {device}：{codes}。", "请改用其中一个 9 位设备代码。"),
    "nothing_in_quarantine": ("隔离区里没有符合的内容，什么都没有改变。", "请先用 clerk-hub quarantine list 查看。"),
    "hub_needs_tls": ("本机以外的地址只能用 https 加密连接。", "请去掉 --no-tls，或把地址改为 https 开头的。"),
    "bad_hub_address": ("平台地址写法不对：{address}。", "请写主机名或 IP；登记时写 https://主机:端口。"),
    "hub_port_taken": ("{host} 的端口 {port} 不能用。", "请换一个地址或端口，--port 0 会自动选一个。"),
    "no_such_appeal": ("登记簿里没有这一件。", "请核对登记号；什么都没有改变。"),
    "not_decidable.child_not_named": ("这个办件是一件事，各子事项分别决定。", "请用 --child 写上子办件编号。"),
    "not_decidable.no_such_child": ("这个办件里没有这个子事项。", "请用 clerk case show 查看子办件编号。"),
    "not_decidable": ("这个办件现在的状态不能这样决定，什么都没有改变。", "请先查看办件状态。"),
    "hub_keys_damaged": ("平台的密钥文件缺失或被改动，平台不能运行。", "请从备份放回 hub-keys.json。"),
    "hub_authority_damaged": ("平台的证书机构文件被改动，平台不能用加密连接。", "请从备份放回 hub-ca.pem。"),
    "hub_store_failed": ("平台的数据库不能用，这一步没有办成。", "请检查数据库、磁盘和文件夹权限后再试。"),
    "exchange_target_failed": ("前置库不能用，这一批没有送出。", "请核对地址和权限后再运行一次，已送的不会重复。"),
    # last resorts
    "error": ("没有办成。", "请重试；还不行请联系维护人员。"),
    "user_error": ("没有办成。", "请核对后再试。"),
    "environment_fault": ("没有办成。", "请检查设备和网络后再试。"),
    "bug": ("程序出错了，这一步没有办成，已记入日志。", "请重试；还不行请把日志交给维护人员。"),
    "usage": ("命令写法不对。", "请加 --help 查看用法。"),
    "interrupted": ("已停止。", "需要时可以重新运行。"),
}

CODES = frozenset(_SENTENCES)


def describe(error: ClerkError) -> Message:
    """The sentence and next step for an error."""
    values = dict(error.data)
    reason = f"{error.code}.{values.get('reason')}"
    if reason in _SENTENCES:
        return replace(message(reason, **values), code=error.code)
    if "seconds" in values:
        values["minutes"] = -(-int(values["seconds"]) // 60)
    if "items" in values:
        items = list(values["items"])
        values.update(count=len(items), items="、".join(items))
    return message(error.code, **values)


def message(code: str, **values: object) -> Message:
    """The sentence and next step for a code; missing values show as an ellipsis, never as a failure."""
    sentence, next_step = _SENTENCES.get(code, _SENTENCES["error"])
    filler = _Filler(values)
    return Message(code, sentence.format_map(filler), next_step.format_map(filler))


class _Filler(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"
