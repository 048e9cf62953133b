// The names packs give icons, and what is drawn for them.
import {
  AccountBookOutlined, AlertOutlined, AuditOutlined, BankOutlined, BarChartOutlined, CalendarOutlined, CoffeeOutlined, HeartOutlined, KeyOutlined, PercentageOutlined, StarOutlined, CarOutlined, CheckSquareOutlined, CopyOutlined, FileDoneOutlined, FileOutlined,
  FileTextOutlined, GiftOutlined, HomeOutlined, ImportOutlined, MailOutlined, MessageOutlined, MoneyCollectOutlined, NotificationOutlined, ProfileOutlined, SafetyCertificateOutlined,
  SettingOutlined, ShopOutlined, ShoppingOutlined, SwapOutlined, TeamOutlined, TagOutlined, UserOutlined, WalletOutlined, WarningOutlined,
} from "@ant-design/icons";
import type { ComponentType } from "react";

const icons: Record<string, ComponentType> = {
  calendar: CalendarOutlined, users: TeamOutlined, user: UserOutlined, "message-circle": MessageOutlined, mail: MailOutlined, "shopping-bag": ShoppingOutlined, truck: CarOutlined,
  banknote: MoneyCollectOutlined, wallet: WalletOutlined, "file-signature": FileDoneOutlined, receipt: AccountBookOutlined, package: ShopOutlined, siren: AlertOutlined,
  "check-square": CheckSquareOutlined, "calendar-heart": GiftOutlined, list: ProfileOutlined, file: FileOutlined, "file-text": FileTextOutlined, "shield-check": SafetyCertificateOutlined,
  "alert-triangle": WarningOutlined, swords: SwapOutlined, import: ImportOutlined, copy: CopyOutlined, megaphone: NotificationOutlined, "bar-chart": BarChartOutlined, settings: SettingOutlined,
  home: HomeOutlined, tag: TagOutlined, star: StarOutlined, building: BankOutlined, bed: KeyOutlined, coffee: CoffeeOutlined, gift: HeartOutlined, percent: PercentageOutlined, audit: AuditOutlined,
};

/** Icon draws an icon by its name; a plain sheet for a name not known. */
export function Icon({ name }: { name?: string }) {
  const I = icons[name ?? ""] ?? FileOutlined;
  return <span aria-hidden="true"><I /></span>;
}
